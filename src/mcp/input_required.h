// What a server needs from the client before it can answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

// How much input one answer may ask for, and how long a key may be.
inline constexpr std::size_t kInputRequestsMax = 32;
inline constexpr std::size_t kInputKeyBytesMax = 256;

// One thing that a server wants from the client: `sampling/createMessage`, `elicitation/create`, `roots/list` (MCP
// 2026-07-28 schema InputRequest; a request of its own in older revisions). `params` is raw JSON, or empty.
struct InputRequest {
  std::string method;
  std::string params;
  // Under which its server may withdraw it: the id, raw JSON, of a legacy server's request. Empty: it cannot.
  std::string asker_id = {};
};

// A result that says what is missing (MCP 2026-07-28 basic/patterns/mrtr, schema InputRequiredResult). The client
// repeats its request with the answers, under the same keys, and with the state, byte for byte.
struct InputRequired {
  std::vector<std::pair<std::string, InputRequest>> requests;  // By key, in the order of the text.
  std::string request_state;                                   // Raw JSON of a string; empty: there is none.
};

// The methods that may be answered so.
bool takes_input(Method method);

// The `resultType` of a result; nothing if it has none that is a string.
std::optional<std::string> result_type_of(const Response& response);

// Reads a result whose `resultType` is `input_required`; nothing for every other response. kInvalidArgument: it asks
// for nothing, or is malformed or over a limit; the message says so.
std::optional<Result<InputRequired>> read_input_required(const Response& response);

// As it stands in the `inputRequests` of a result.
std::string text_of(const InputRequest& request);
// The result in modern form.
Response input_required_result(const InputRequired& input);

// The `inputResponses` and the `requestState` of a request that is repeated; `responses` is raw JSON of an object.
struct InputResponses {
  std::string responses;
  std::string request_state;  // As in InputRequired.
};
void add_input_responses(Params& params, InputResponses input);

}  // namespace jungle::mcp

// Reading JSON-RPC messages.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "mcp/json_text.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

// How deep objects and arrays may nest in a message of a peer. Real schemas stay below 40.
inline constexpr std::size_t kJsonDepthMax = 256;
// How many messages a batch of a 2025-03-26 client may hold.
inline constexpr std::size_t kBatchMessagesMax = 100;

// A response of a peer to a request of ours: its id as raw JSON, and the answer. An error without an id (the peer could
// not read ours) has an empty `id`.
struct IncomingResponse {
  std::string id;
  Response response;
};

// One message of a peer.
using Message = std::variant<Request, Notification, IncomingResponse>;

// Why a text is no message: what to answer, if anything can be answered.
struct BadMessage {
  int code = 0;         // kParseError, kInvalidRequest or kInvalidParams.
  std::string message;  // For the peer.
  std::string id;       // Raw JSON, if one could be read.
};

// Reads one message. The whole text is validated (RFC 8259, UTF-8, depth) before anything of it is used. `form` marks
// results. A batch is BadMessage kInvalidRequest. Pure.
std::variant<Message, BadMessage> read_message(std::string text, ResultForm form);

// Whether a text is an array, without reading it.
bool looks_like_batch(std::string_view text);
// The texts of the messages of a batch. kInvalidRequest if it is empty or longer than kBatchMessagesMax.
std::variant<std::vector<std::string>, BadMessage> split_batch(std::string_view text);

// The whole of `text` is one valid JSON value within kJsonDepthMax. kInvalidArgument says where it is not.
Result<void> validate_json(std::string_view text);
// The members of the object in `text[object]`; ranges relative to `text`. kInvalidArgument if that is not one valid
// object, or it names a key twice.
Result<Members> read_members(std::string_view text, Range object);
inline Result<Members> read_members(std::string_view text) { return read_members(text, Range{0, text.size()}); }
// The elements of the array in `text[array]`.
Result<std::vector<Range>> read_elements(std::string_view text, Range array);

// Makes Params of the text of one JSON object. kInvalidArgument as read_members.
Result<Params> read_params(std::string text);

}  // namespace jungle::mcp

// How a server introduces itself.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/server_spec.h"
#include "mcp/response.h"
#include "mcp/revision.h"
#include "upstream/era.h"

namespace jungle::upstream {

// The answer to `initialize` or `server/discover`. A value.
struct Greeting {
  Era era = Era::kUnknown;
  mcp::Revision revision = mcp::kNewestLegacy;  // To be spoken from now on.
  std::string capabilities = "{}";              // Raw JSON.
  std::string server_info = "{}";               // Raw JSON.
  std::string instructions;

  // Whether `capability` ("prompts") is advertised.
  bool offers(std::string_view capability) const;
};

// Reads it. kUpstreamRejected: an error, a result that is none, or a revision that we do not speak.
Result<Greeting> read_greeting(const catalog::ServerSpec& spec, const mcp::Response& response, Era era);

// The message of a JSON-RPC error object, or a general word.
std::string error_message_of(const mcp::Response& response);

}  // namespace jungle::upstream

// What travels with a request besides the request.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/header_field.h"
#include "base/strong_id.h"
#include "base/time.h"
#include "mcp/client_capabilities.h"
#include "mcp/log_level.h"
#include "mcp/revision.h"

namespace jungle::mcp {

// Who a call is made for, after authentication. In development mode there is one: "anonymous".
using PrincipalId = StrongId<struct PrincipalIdTag>;

// Facts about one call. Owned by the front door, outlives the call; read-only on the way.
struct CallContext {
  SteadyTime deadline = kNever;  // The hard cap of the whole call. A server's own limits end it earlier.
  PrincipalId principal;
  std::string request_id;                  // Ours, for logs; never a peer's JSON-RPC id.
  Revision revision = kNewestModern;       // What the client speaks.
  ClientCapabilities client_capabilities;  // As declared for this call, as far as we relay them.
  bool takes_tasks = false;                // It declared the extension of mcp/tasks.h; modern clients only.
  std::string client_info;                 // Raw JSON object or empty.
  std::optional<LogLevel> log_level;       // The least urgent log message that the client asked for, if it did.
  // The `Mcp-Param-*` headers of a modern HTTP exchange, decoded, names in lower case without the prefix; nullptr for
  // callers that have no headers, whose arguments are then not compared with any.
  const std::vector<std::pair<std::string, std::string>>* param_headers = nullptr;
  // The fields of the client's HTTP request, borrowed from its exchange; none for callers that have no request. Read
  // only for servers that may see some of them (catalog::ServerSpec::forward_headers).
  std::span<const HeaderField> client_headers = {};
  std::string
      scope;  // The view of the catalog: a server (`/mcp/{server}`), by its own names, or an endpoint's. Empty: all.
};

}  // namespace jungle::mcp

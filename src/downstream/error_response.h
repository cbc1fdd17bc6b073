// Our own failures as JSON-RPC errors, and JSON-RPC errors as HTTP statuses.
#pragma once

#include "base/result.h"
#include "mcp/response.h"
#include "mcp/revision.h"

namespace jungle::downstream {

// The one place that turns an Error into a JSON-RPC error. `data` says that it is ours and why, so that a client can
// tell it from an error of the upstream: {"source":"mcpjungle","reason":"unavailable","requestId":"…"}.
mcp::Response error_response(const Error& error, std::string_view request_id);

// The hard cap of calls has passed.
Error call_time_error();

// The HTTP status of an answer (MCP 2026-07-28 basic/transports/streamable-http; legacy revisions answer 200 in band).
int status_of(const mcp::Response& response, mcp::Revision revision);

}  // namespace jungle::downstream

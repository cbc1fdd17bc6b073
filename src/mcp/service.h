// The one interface of the data plane.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

// Anything that answers MCP requests: one upstream server, the gateway, a fake in a test.
class Service {
 public:
  virtual ~Service() = default;

  // Answers one request. Notifications that belong to it go to `events` before this returns. Cancelling the coroutine
  // cancels the request. `call` and `events` outlive the call. A failed Result means nobody could answer; an answer
  // that is a JSON-RPC error is a Response.
  virtual Task<Result<Response>> handle(Request request, const CallContext& call, EventSink& events) = 0;
};

}  // namespace jungle::mcp

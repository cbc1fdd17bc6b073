// Calls of legacy clients that servers answer with `input_required`.
#pragma once

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "mcp/service.h"

namespace jungle::downstream {

// What a round needs; everything outlives the call. REQUIRES: events.can_ask().
struct InputPlace {
  mcp::Service& service;
  const mcp::CallContext& call;
  mcp::EventSink& events;
  DeadlineList& deadlines;
  Executor executor;
};

// service.handle() for a client that knows requests of servers but no `input_required` (MCP 2026-07-28
// basic/patterns/mrtr): each input that is required is asked of the client, one after the other, and the call is
// repeated with the answers, at most kInputRoundsMax times. An input that the client refuses ends the call: with a
// result that says so for tools/call, else with a JSON-RPC error.
Task<Result<mcp::Response>> call_in_rounds(InputPlace place, mcp::Request request);

}  // namespace jungle::downstream

// Waiting for the result of a task of a legacy server.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "upstream/http_link.h"
#include "upstream/http_post.h"
#include "upstream/legacy_tasks.h"
#include "upstream/server_state.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Keeps `tasks/result` open until the task has ended (MCP 2025-11-25 basic/utilities/tasks): what it asks and reports
// meanwhile goes to `events`. kDeadlineExceeded after kCallHardCap, or at the deadline of `call`. To give up waiting
// does nothing to the task. Everything outlives it.
Task<Result<HttpAnswer>> await_task(Worker& worker, ServerState& state, LinkUse use, LegacyTask task,
                                    const mcp::CallContext& call, mcp::EventSink& events);

}  // namespace jungle::upstream

// Tools that a server runs only as tasks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp/request.h"
#include "mcp/response.h"
#include "upstream/era.h"

namespace jungle::upstream {

// MCP 2025-11-25 basic/utilities/tasks, driven for clients that know nothing of it: the call is answered with a handle,
// and `tasks/result`, in the same session, with the answer proper once there is one. What the task asks of the client
// comes on the stream of the latter; the progress token of the call holds for both.

// Whether a server of `era` is to make a task of this call (the gateway puts `task` into its params).
bool makes_task(Era era, const mcp::Request& request);
// `{"taskId":…}`, the params of the requests about a task. However its server wrote the id, it is always the same text.
std::string task_params(std::string_view id);
// The params of `tasks/result` and `tasks/cancel` for the task that `created`, the answer of such a call, tells of;
// nothing if it is another answer.
std::optional<std::string> task_params_of(const mcp::Response& created);
// The same params for the task that a request of the server says it belongs to; nothing if it says none.
std::optional<std::string> related_task_of(const mcp::Request& from_server);
// The answer proper as the call has it: without the `_meta` that ties it to the task.
mcp::Response without_task_meta(mcp::Response result);

}  // namespace jungle::upstream

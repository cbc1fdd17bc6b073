// Calls that are answered with a handle first: the extension io.modelcontextprotocol/tasks, and the form that MCP
// 2025-11-25 has (basic/utilities/tasks).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

// Whether capabilities, raw JSON of a client's or a server's, name the extension.
bool declares_tasks(std::string_view capabilities);

// Whether it is a request, of either form, about the task that `params.taskId` names.
bool is_about_task(Method method);

// The error -32021 for a client that did not declare it.
Response missing_tasks_capability();

// The `taskId` of a result, if it has one that is a string.
std::optional<std::string> task_id_of(const Response& result);
// A result with another `taskId` in place of its own; as it is if it has none.
Response with_task_id(Response result, std::string_view id);

// The same for the handle of 2025-11-25, `{"task":{"taskId":…}}`.
std::optional<std::string> created_task_id_of(const Response& created);
Response with_created_task_id(Response created, std::string_view id);

// A JSON object that says which task it belongs to, whatever it said before: params (empty for none) or a result.
std::string with_related_task(std::string object, std::string_view id);
Response with_related_task(Response result, std::string_view id);

}  // namespace jungle::mcp

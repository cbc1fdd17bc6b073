// Tasks of 2025-11-25: their ids, and how they look in the form of the extension (mcp/tasks.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::upstream {

// A task of a legacy server: it lives with the session that it was made in, and is asked for there.
struct LegacyTask {
  std::string session_id;  // Empty: the server gave none.
  std::string id;          // The server's.
  // The progress token of the call, ours and the client's (raw JSON), which is good for as long as the task is. Empty:
  // the client gave none.
  std::string own_token = {};
  std::string client_token = {};
};

// The text that stands for it as a `taskId`, and back; nothing for a text that text_of() did not make.
std::string text_of(const LegacyTask& task);
std::optional<LegacyTask> read_legacy_task(std::string_view text);

// What is said of a task that its server, or its session, does not know.
mcp::Response unknown_task();

// CreateTaskResult, {"task":{…}}, as the extension has it, under `text_of(task)`. REQUIRES: task_params_of(created).
mcp::Response task_handle(const mcp::Response& created, const std::string& session_id);

// The status of a task: that of the answer to `tasks/get`, empty if it is none.
std::string task_status(const mcp::Response& task);
// Whether nothing comes after it.
bool is_final(std::string_view status);
// The answer to `tasks/get` as the extension has it, for a task that is at work or cancelled. `input_requests`, a raw
// JSON object, are what it asks; while it is not known what that is, empty, the task counts as working.
mcp::Response open_task(const mcp::Response& task, std::string_view id, std::string_view input_requests);
// The same for one that has ended with `outcome`, the answer to `tasks/result`.
mcp::Response ended_task(const mcp::Response& task, std::string_view id, const mcp::Response& outcome);

// How long the server keeps a task from its creation on; nothing if it does not say.
std::optional<Millis> lifetime_of(const mcp::Response& handle);

}  // namespace jungle::upstream

#include "upstream/legacy_tasks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "upstream/http_endpoint.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {
namespace {

using mcp::Member;
using mcp::Members;

// No session id has one of these: they are visible ASCII.
constexpr char kSeparator = ' ';
constexpr char kTokenSeparator = '\t';  // Before the tokens, which are two words.

// Members of the extension's form that the other does not have: a server that sends them means something else.
constexpr std::array<std::string_view, 7> kNotLegacy{"ttlMs", "pollIntervalMs", "resultType",  "result",
                                                     "error", "inputRequests",  "requestState"};

bool is_not_legacy(std::string_view key) {
  return std::find(kNotLegacy.begin(), kNotLegacy.end(), key) != kNotLegacy.end();
}

// What the fields of a task become.
struct Form {
  std::string_view result_type;
  std::string_view id;
  std::string_view status;  // Empty: as it is.
  std::string added;        // Further members, each with a comma before it.
};

// The object at `task` in `text`, in the form of the extension.
std::string converted(std::string_view text, mcp::Range task, const Members& members, const Form& form) {
  mcp::Splice splice;
  bool has_ttl = false;
  bool is_empty = true;
  for (const Member& member : members) {
    const std::string_view key = member.key.of(text);
    is_empty &= is_not_legacy(key);
    if (key == "taskId") splice.replace(member.value, mcp::json_string(form.id));
    if (key == "status" && !form.status.empty()) splice.replace(member.value, mcp::json_string(form.status));
    if (key == "ttl") splice.replace(member.key, "ttlMs");
    if (key == "pollInterval") splice.replace(member.key, "pollIntervalMs");
    has_ttl |= key == "ttl";
  }
  splice.remove_members(members, [&](const Member& member) { return is_not_legacy(member.key.of(text)); });
  const std::string type = R"("resultType":)" + mcp::json_string(form.result_type);
  splice.insert_first(task, type + (has_ttl ? "" : R"(,"ttlMs":null)") + form.added + (is_empty ? "" : ","));
  return splice.apply(text, task);
}

// Takes what comes before the next separator off `text`, and that with it.
std::string_view next_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(kSeparator), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

mcp::Response modern(std::string text) { return mcp::Response::result(std::move(text), mcp::ResultForm::kModern); }

mcp::Response converted_task(const mcp::Response& task, const Form& form) {
  const std::string_view text = task.payload();
  const auto members = mcp::read_members(text);
  if (task.is_error() || !members) return task;
  return modern(converted(text, mcp::Range{0, text.size()}, *members, form));
}

}  // namespace

std::string text_of(const LegacyTask& task) {
  std::string text = task.session_id;
  if (!task.own_token.empty())
    text.append(1, kTokenSeparator).append(task.own_token + kSeparator + base64url_encode(task.client_token));
  return text + kSeparator + task.id;
}

std::optional<LegacyTask> read_legacy_task(std::string_view text) {
  const std::array<char, 2> separators{kSeparator, kTokenSeparator};
  const std::size_t end = text.find_first_of(std::string_view(separators.data(), separators.size()));
  if (end == std::string_view::npos || (end > 0 && !is_header_id(text.substr(0, end)))) return std::nullopt;
  LegacyTask task{std::string(text.substr(0, end)), {}};
  std::string_view rest = text.substr(end + 1);
  if (text[end] == kTokenSeparator) {
    task.own_token = next_word(rest);
    const auto client_token = base64url_decode(next_word(rest));
    if (!client_token) return std::nullopt;
    task.client_token = *client_token;
  }
  task.id = rest;
  return task;
}

mcp::Response unknown_task() {
  return mcp::Response::error(mcp::kInvalidParams, "its server does not know this task, or does not any more");
}

mcp::Response task_handle(const mcp::Response& created, const std::string& session_id) {
  const std::string_view text = created.payload();
  const auto members = mcp::read_members(text);
  const mcp::Range task = members->find(text, "task")->value;
  const auto of_task = mcp::read_members(text, task);
  const std::string id = text_of({session_id, of_task->find_string(text, "taskId").value_or("")});
  return modern(converted(text, task, *of_task, Form{"task", id, {}, {}}));
}

std::string task_status(const mcp::Response& task) {
  if (task.is_error()) return {};
  const auto members = mcp::read_members(task.payload());
  return members ? members->find_string(task.payload(), "status").value_or("") : std::string();
}

bool is_final(std::string_view status) { return status == "completed" || status == "failed" || status == "cancelled"; }

mcp::Response open_task(const mcp::Response& task, std::string_view id, std::string_view input_requests) {
  Form form{"complete", id, {}, {}};
  if (!input_requests.empty()) {
    form.added = R"(,"inputRequests":)" + std::string(input_requests);
  } else if (task_status(task) == "input_required") {
    form.status = "working";
  }
  return converted_task(task, form);
}

mcp::Response ended_task(const mcp::Response& task, std::string_view id, const mcp::Response& outcome) {
  // In the extension a tool that failed has completed: only what has no result at all has not.
  const mcp::Response plain = without_task_meta(outcome);
  Form form{"complete", id, plain.is_error() ? "failed" : "completed", {}};
  form.added = std::string(plain.is_error() ? R"(,"error":)" : R"(,"result":)") + std::string(plain.payload());
  return converted_task(task, form);
}

std::optional<Millis> lifetime_of(const mcp::Response& handle) {
  const auto members = mcp::read_members(handle.payload());
  const Member* ttl = members ? members->find(handle.payload(), "ttlMs") : nullptr;
  const auto number = ttl ? mcp::own_number(ttl->value.of(handle.payload())) : std::nullopt;
  if (!number) return std::nullopt;
  constexpr std::uint64_t kEver = 1'000'000'000'000;
  return Millis(static_cast<std::int64_t>(std::min(*number, kEver)));
}

}  // namespace jungle::upstream

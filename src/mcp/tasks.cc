#include "mcp/tasks.h"

#include <utility>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "mcp/meta_keys.h"

namespace jungle::mcp {
namespace {

// Where the value of the string `taskId` stands in the object at `task`.
std::optional<Range> task_id_range(std::string_view text, Range task) {
  const auto members = read_members(text, task);
  const Member* id = members ? members->find(text, "taskId") : nullptr;
  if (id == nullptr || text[id->value.begin] != '"') return std::nullopt;
  return id->value;
}

// The same in a result.
std::optional<Range> task_id_range(const Response& result) {
  if (result.is_error()) return std::nullopt;
  return task_id_range(result.payload(), Range{0, result.payload().size()});
}

// The same in the `task` of a result.
std::optional<Range> created_task_id_range(const Response& created) {
  const std::string_view text = created.payload();
  const auto members = created.is_error() ? Result<Members>(Error{}) : read_members(text);
  const Member* task = members ? members->find(text, "task") : nullptr;
  if (task == nullptr || text[task->value.begin] != '{') return std::nullopt;
  return task_id_range(text, task->value);
}

std::optional<std::string> string_at(const Response& result, std::optional<Range> range) {
  if (!range) return std::nullopt;
  return json_string_value(range->of(result.payload()));
}

Response with_string_at(Response result, std::optional<Range> range, std::string_view value) {
  if (!range) return result;
  Splice splice;
  splice.replace(*range, json_string(value));
  return Response::result(splice.apply(result.payload()), result.form());
}

}  // namespace

bool declares_tasks(std::string_view capabilities) {
  // Most declare nothing of the kind, and are not read a second time for it.
  if (capabilities.find(kTasksExtension) == std::string_view::npos) return false;
  const auto members = read_members(capabilities);
  const Member* extensions = members ? members->find(capabilities, "extensions") : nullptr;
  if (extensions == nullptr || capabilities[extensions->value.begin] != '{') return false;
  const auto named = read_members(capabilities, extensions->value);
  const Member* tasks = named ? named->find(capabilities, kTasksExtension) : nullptr;
  return tasks != nullptr && capabilities[tasks->value.begin] == '{';
}

bool is_about_task(Method method) {
  return method == Method::kTasksGet || method == Method::kTasksResult || method == Method::kTasksUpdate ||
         method == Method::kTasksCancel;
}

Response missing_tasks_capability() {
  const std::string extension(kTasksExtension);
  return Response::error(kMissingClientCapability, "the client did not declare the extension " + extension,
                         R"({"requiredCapabilities":{"extensions":{")" + extension + R"(":{}}}})");
}

std::optional<std::string> task_id_of(const Response& result) { return string_at(result, task_id_range(result)); }

Response with_task_id(Response result, std::string_view id) {
  const auto range = task_id_range(result);
  return with_string_at(std::move(result), range, id);
}

std::optional<std::string> created_task_id_of(const Response& created) {
  return string_at(created, created_task_id_range(created));
}

Response with_created_task_id(Response created, std::string_view id) {
  const auto range = created_task_id_range(created);
  return with_string_at(std::move(created), range, id);
}

std::string with_related_task(std::string object, std::string_view id) {
  const auto read = read_params(object.empty() ? std::string("{}") : object);
  if (!read) return object;
  const std::string task = "{\"taskId\":" + json_string(id) + "}";
  Params::Changes changes;
  changes.meta.push_back({kRelatedTaskMeta, task});
  return read->render(changes);
}

Response with_related_task(Response result, std::string_view id) {
  if (result.is_error()) return result;
  return Response::result(with_related_task(std::string(result.payload()), id), result.form());
}

}  // namespace jungle::mcp

#include "mcp/tasks.h"

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::mcp {
namespace {

// Where the value of the string `taskId` stands in a result.
std::optional<Range> task_id_range(std::string_view text) {
  const auto members = read_members(text);
  const Member* id = members ? members->find(text, "taskId") : nullptr;
  if (id == nullptr || text[id->value.begin] != '"') return std::nullopt;
  return id->value;
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
  return method == Method::kTasksGet || method == Method::kTasksUpdate || method == Method::kTasksCancel;
}

Response missing_tasks_capability() {
  const std::string extension(kTasksExtension);
  return Response::error(kMissingClientCapability, "the client did not declare the extension " + extension,
                         R"({"requiredCapabilities":{"extensions":{")" + extension + R"(":{}}}})");
}

std::optional<std::string> task_id_of(const Response& result) {
  if (result.is_error()) return std::nullopt;
  const auto range = task_id_range(result.payload());
  if (!range) return std::nullopt;
  return json_string_value(range->of(result.payload()));
}

Response with_task_id(Response result, std::string_view id) {
  if (result.is_error()) return result;
  const auto range = task_id_range(result.payload());
  if (!range) return result;
  Splice splice;
  splice.replace(*range, json_string(id));
  return Response::result(splice.apply(result.payload()), result.form());
}

}  // namespace jungle::mcp

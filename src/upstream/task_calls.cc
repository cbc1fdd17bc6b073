#include "upstream/task_calls.h"

#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "mcp/meta_keys.h"

namespace jungle::upstream {

std::string task_params(std::string_view id) { return "{\"taskId\":" + mcp::json_string(id) + "}"; }

bool makes_task(Era era, const mcp::Request& request) {
  return era == Era::kLegacy && request.method == mcp::Method::kToolsCall && request.params.has("task");
}

std::optional<std::string> task_params_of(const mcp::Response& created) {
  if (created.is_error()) return std::nullopt;
  const std::string_view text = created.payload();
  const auto members = mcp::read_members(text);
  const mcp::Member* task = members ? members->find(text, "task") : nullptr;
  if (task == nullptr || text[task->value.begin] != '{') return std::nullopt;
  const auto of_task = mcp::read_members(text, task->value);
  const auto id = of_task ? of_task->find_string(text, "taskId") : std::nullopt;
  if (!id) return std::nullopt;
  return task_params(*id);
}

std::optional<std::string> related_task_of(const mcp::Request& from_server) {
  const auto raw = from_server.params.find_meta(mcp::kRelatedTaskMeta);
  const auto task = raw ? mcp::read_params(std::string(*raw)) : Result<mcp::Params>(Error{});
  const auto id = task ? task->find_string("taskId") : std::nullopt;
  if (!id) return std::nullopt;
  return task_params(*id);
}

mcp::Response without_task_meta(mcp::Response result) {
  const std::string_view text = result.payload();
  if (result.is_error() || text.find(mcp::kRelatedTaskMeta) == std::string_view::npos) return result;
  const auto members = mcp::read_members(text);
  const mcp::Member* meta = members ? members->find(text, "_meta") : nullptr;
  if (meta == nullptr || text[meta->value.begin] != '{') return result;
  const auto of_meta = mcp::read_members(text, meta->value);
  if (!of_meta) return result;
  mcp::Splice splice;
  splice.remove_members(*of_meta,
                        [&](const mcp::Member& member) { return member.key.of(text) == mcp::kRelatedTaskMeta; });
  return splice.empty() ? std::move(result) : mcp::Response::result(splice.apply(text), result.form());
}

}  // namespace jungle::upstream

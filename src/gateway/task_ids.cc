#include "gateway/task_ids.h"

#include "base/check.h"
#include "catalog/names.h"
#include "crypto/sealed_box.h"

namespace jungle::gateway {
namespace {

// Base64, nonce, tag and header of the longest id.
constexpr std::size_t kTaskIdBytesMax = 2 * (kOwnTaskIdBytesMax + catalog::kServerNameBytesMax);
constexpr char kSeparator = '\n';  // No server name has one.

std::string whose(const mcp::CallContext& call) { return "task of " + call.scope + kSeparator + call.principal.str(); }

}  // namespace

std::string TaskIds::seal(const TaskRef& task, const mcp::CallContext& call) const {
  JUNGLE_CHECK(task.own_id.size() <= kOwnTaskIdBytesMax);
  return crypto::seal(keys_, random_, Secret(task.server.str() + kSeparator + task.own_id), whose(call));
}

std::optional<TaskRef> TaskIds::open(std::string_view id, const mcp::CallContext& call) const {
  if (id.size() > kTaskIdBytesMax) return std::nullopt;
  const auto opened = crypto::open_sealed(keys_, id, whose(call));
  if (!opened) return std::nullopt;
  const std::string& text = opened->reveal();
  const std::size_t end = text.find(kSeparator);
  if (end == std::string::npos) return std::nullopt;
  return TaskRef{catalog::ServerName(text.substr(0, end)), text.substr(end + 1)};
}

}  // namespace jungle::gateway

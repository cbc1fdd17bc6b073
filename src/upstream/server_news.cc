#include "upstream/server_news.h"

#include "mcp/json_reader.h"
#include "upstream/task_topic.h"

namespace jungle::upstream {

bool is_list_change(const mcp::Notification& notification) {
  const std::string& method = notification.method;
  return method == "notifications/tools/list_changed" || method == "notifications/prompts/list_changed" ||
         method == "notifications/resources/list_changed";
}

bool ServerNews::take(const mcp::Notification& notification) const {
  const std::string& method = notification.method;
  if (is_list_change(notification)) {
    lists_changed();
    return true;
  }
  const bool is_task = method == "notifications/tasks";
  if (!is_task && method != "notifications/resources/updated") return false;
  const auto params = mcp::read_params(notification.params);
  auto name = params ? params->find_string(is_task ? "taskId" : "uri") : std::nullopt;
  if (name) resource_updated(is_task ? task_topic(*name) : std::move(*name));
  return true;
}

}  // namespace jungle::upstream

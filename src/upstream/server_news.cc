#include "upstream/server_news.h"

#include "mcp/json_reader.h"

namespace jungle::upstream {

bool ServerNews::take(const mcp::Notification& notification) const {
  const std::string& method = notification.method;
  if (method == "notifications/tools/list_changed" || method == "notifications/prompts/list_changed" ||
      method == "notifications/resources/list_changed") {
    lists_changed();
    return true;
  }
  if (method != "notifications/resources/updated") return false;
  const auto params = mcp::read_params(notification.params);
  auto uri = params ? params->find_string("uri") : std::nullopt;
  if (uri) resource_updated(std::move(*uri));
  return true;
}

}  // namespace jungle::upstream

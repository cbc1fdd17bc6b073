#include "upstream/server_news.h"

namespace jungle::upstream {

bool ServerNews::take(const mcp::Notification& notification) const {
  if (notification.method != "notifications/tools/list_changed" &&
      notification.method != "notifications/prompts/list_changed" &&
      notification.method != "notifications/resources/list_changed")
    return false;
  lists_changed();
  return true;
}

}  // namespace jungle::upstream

#include "upstream/listen_filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mcp/json_object.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "mcp/meta_keys.h"
#include "upstream/hop.h"
#include "upstream/task_topic.h"

namespace jungle::upstream {
namespace {

// The strings of a raw array.
std::vector<std::string> strings_of(std::string_view array) {
  std::vector<std::string> out;
  const auto elements = mcp::read_elements(array, mcp::Range{0, array.size()});
  if (!elements) return out;
  for (const mcp::Range& element : *elements) {
    const std::string_view raw = element.of(array);
    if (raw.starts_with('"')) out.push_back(mcp::json_string_value(raw));
  }
  return out;
}

// Puts a string at the end of a raw array that is not closed yet; "" is none.
void append_to(std::string& array, std::string_view text) {
  array += array.empty() ? '[' : ',';
  mcp::append_json_string(array, text);
}

}  // namespace

std::string ListenFilter::members() const {
  mcp::JsonObject filter;
  if (offered.tools) filter.add("toolsListChanged", "true");
  if (offered.prompts) filter.add("promptsListChanged", "true");
  if (offered.resources) filter.add("resourcesListChanged", "true");
  std::string resources;
  std::string tasks;
  for (const std::string& uri : uris) {
    const auto task = task_of_topic(uri);
    append_to(task ? tasks : resources, task.value_or(uri));
  }
  if (!resources.empty()) filter.add("resourceSubscriptions", resources + "]");
  if (!tasks.empty()) filter.add("taskIds", tasks + "]");
  return "\"notifications\":" + filter.text();
}

std::string ListenFilter::capabilities() const {
  const bool has_tasks =
      std::any_of(uris.begin(), uris.end(), [](const std::string& uri) { return task_of_topic(uri); });
  return declared_capabilities(mcp::ClientCapabilities::all(), has_tasks);
}

std::uint64_t subscription_of(const mcp::Notification& notification) {
  const auto params = mcp::read_params(notification.params);
  if (!params) return 0;
  return mcp::own_number(params->find_meta(mcp::kSubscriptionIdMeta).value_or("")).value_or(0);
}

bool ListenFilter::has_lists_of(const ListenFilter& other) const {
  return (offered.tools || !other.offered.tools) && (offered.prompts || !other.offered.prompts) &&
         (offered.resources || !other.offered.resources);
}

std::optional<ListenFilter> read_acknowledgement(const mcp::Notification& notification) {
  if (notification.method != "notifications/subscriptions/acknowledged") return std::nullopt;
  ListenFilter filter;
  const auto params = mcp::read_params(notification.params);
  const auto honoured = mcp::read_params(std::string(params ? params->find("notifications").value_or("{}") : "{}"));
  if (!honoured) return filter;
  filter.offered.tools = honoured->find("toolsListChanged") == "true";
  filter.offered.prompts = honoured->find("promptsListChanged") == "true";
  filter.offered.resources = honoured->find("resourcesListChanged") == "true";
  for (std::string& uri : strings_of(honoured->find("resourceSubscriptions").value_or("[]")))
    filter.uris.insert(std::move(uri));
  for (const std::string& id : strings_of(honoured->find("taskIds").value_or("[]")))
    filter.uris.insert(task_topic(id));
  return filter;
}

}  // namespace jungle::upstream

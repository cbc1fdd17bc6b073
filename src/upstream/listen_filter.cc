#include "upstream/listen_filter.h"

#include <utility>

#include "mcp/json_object.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::upstream {
namespace {

// The strings of a raw array.
std::set<std::string> strings_of(std::string_view array) {
  std::set<std::string> out;
  const auto elements = mcp::read_elements(array, mcp::Range{0, array.size()});
  if (!elements) return out;
  for (const mcp::Range& element : *elements) {
    const std::string_view raw = element.of(array);
    if (raw.starts_with('"')) out.insert(mcp::json_string_value(raw));
  }
  return out;
}

}  // namespace

std::string ListenFilter::members() const {
  mcp::JsonObject filter;
  if (offered.tools) filter.add("toolsListChanged", "true");
  if (offered.prompts) filter.add("promptsListChanged", "true");
  if (offered.resources) filter.add("resourcesListChanged", "true");
  std::string list;
  for (const std::string& uri : uris)
    list.append(list.empty() ? "[" : ",").append(mcp::json_string(uri));
  if (!list.empty()) filter.add("resourceSubscriptions", list + "]");
  return "\"notifications\":" + filter.text();
}

std::uint64_t subscription_of(const mcp::Notification& notification) {
  const auto params = mcp::read_params(notification.params);
  if (!params) return 0;
  return mcp::own_number(params->find_meta("io.modelcontextprotocol/subscriptionId").value_or("")).value_or(0);
}

bool read_acknowledgement(const mcp::Notification& notification, std::set<std::string>& uris) {
  if (notification.method != "notifications/subscriptions/acknowledged") return false;
  const auto params = mcp::read_params(notification.params);
  const auto honoured = mcp::read_params(std::string(params ? params->find("notifications").value_or("{}") : "{}"));
  if (honoured) uris = strings_of(honoured->find("resourceSubscriptions").value_or("[]"));
  return true;
}

}  // namespace jungle::upstream

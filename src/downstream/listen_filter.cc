#include "downstream/listen_filter.h"

#include <algorithm>
#include <utility>

#include "downstream/limits.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"

namespace jungle::downstream {
namespace {

Error bad(std::string message) { return Error{ErrorCode::kInvalidArgument, std::move(message), {}}; }

Result<std::vector<std::string>> read_uris(std::string_view raw) {
  const auto elements = mcp::read_elements(raw, mcp::Range{0, raw.size()});
  if (!elements) return bad("notifications.resourceSubscriptions must be an array of URIs");
  if (elements->size() > kWatchedResourcesMax) {
    const std::string limit = std::to_string(kWatchedResourcesMax);
    return bad("notifications.resourceSubscriptions may name " + limit + " resources");
  }
  std::vector<std::string> uris;
  for (const mcp::Range& element : *elements) {
    if (raw[element.begin] != '"') return bad("notifications.resourceSubscriptions must be an array of URIs");
    std::string uri = mcp::json_string_value(element.of(raw));
    if (std::find(uris.begin(), uris.end(), uri) == uris.end()) uris.push_back(std::move(uri));
  }
  return uris;
}

// Whether `capabilities` has `option` of `name` set.
bool has_option(std::string_view capabilities, std::string_view name, std::string_view option) {
  const auto members = mcp::read_members(capabilities);
  const mcp::Member* capability = members ? members->find(capabilities, name) : nullptr;
  if (capability == nullptr) return false;
  const auto options = mcp::read_members(capabilities, capability->value);
  const mcp::Member* found = options ? options->find(capabilities, option) : nullptr;
  return found != nullptr && found->value.of(capabilities) == "true";
}

}  // namespace

Result<ListenFilter> read_listen_filter(std::string_view raw) {
  const auto members = mcp::read_members(raw);
  if (!members) return bad("subscriptions/listen needs params.notifications, an object");
  ListenFilter filter;
  for (const auto& [key, wanted] :
       {std::pair("toolsListChanged", &filter.lists.tools), std::pair("promptsListChanged", &filter.lists.prompts),
        std::pair("resourcesListChanged", &filter.lists.resources)}) {
    const mcp::Member* member = members->find(raw, key);
    if (member == nullptr) continue;
    const std::string_view value = member->value.of(raw);
    if (value != "true" && value != "false") return bad("notifications." + std::string(key) + " must be true or false");
    *wanted = value == "true";
  }
  if (const mcp::Member* uris = members->find(raw, "resourceSubscriptions")) {
    auto read = read_uris(uris->value.of(raw));
    if (!read) return read.error();
    filter.resources = std::move(*read);
  }
  filter.names_tasks = members->find(raw, "taskIds") != nullptr;
  return filter;
}

std::string text_of(const ListenFilter& filter) {
  mcp::JsonObject text;
  if (filter.lists.tools) text.add("toolsListChanged", "true");
  if (filter.lists.prompts) text.add("promptsListChanged", "true");
  if (filter.lists.resources) text.add("resourcesListChanged", "true");
  std::string uris;
  for (const std::string& uri : filter.resources) {
    uris += uris.empty() ? '[' : ',';
    mcp::append_json_string(uris, uri);
  }
  if (!uris.empty()) text.add("resourceSubscriptions", uris + "]");
  return text.text();
}

ListenFilter honoured(ListenFilter filter, std::string_view capabilities) {
  filter.lists.tools = filter.lists.tools && has_option(capabilities, "tools", "listChanged");
  filter.lists.prompts = filter.lists.prompts && has_option(capabilities, "prompts", "listChanged");
  filter.lists.resources = filter.lists.resources && has_option(capabilities, "resources", "listChanged");
  if (!has_option(capabilities, "resources", "subscribe")) filter.resources.clear();
  return filter;
}

}  // namespace jungle::downstream

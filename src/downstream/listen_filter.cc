#include "downstream/listen_filter.h"

#include <algorithm>
#include <utility>

#include "downstream/limits.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"

namespace jungle::downstream {
namespace {

Error bad(std::string message) { return Error{ErrorCode::kInvalidArgument, std::move(message), {}}; }

// A member that names things, and what they are called.
struct Naming {
  std::string_view key;
  std::string_view names;
  std::string_view things;
};
constexpr Naming kResources{"resourceSubscriptions", "URIs", "resources"};
constexpr Naming kTasks{"taskIds", "ids", "tasks"};

// The names, each once; none if there is no such member.
Result<std::vector<std::string>> read_names(std::string_view text, const mcp::Members& members, const Naming& naming) {
  std::vector<std::string> names;
  const mcp::Member* member = members.find(text, naming.key);
  if (member == nullptr) return names;
  const std::string key = "notifications." + std::string(naming.key);
  const Error no_array = bad(key + " must be an array of " + std::string(naming.names));
  const auto elements = mcp::read_elements(text, member->value);
  if (!elements) return no_array;
  if (elements->size() > kWatchedResourcesMax)
    return bad(key + " may name " + std::to_string(kWatchedResourcesMax) + " " + std::string(naming.things));
  for (const mcp::Range& element : *elements) {
    if (text[element.begin] != '"') return no_array;
    std::string name = mcp::json_string_value(element.of(text));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

void add_names(mcp::JsonObject& text, std::string_view key, const std::vector<std::string>& names) {
  std::string array;
  for (const std::string& name : names) {
    array += array.empty() ? '[' : ',';
    mcp::append_json_string(array, name);
  }
  if (!array.empty()) text.add(key, array + "]");
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
  auto resources = read_names(raw, *members, kResources);
  if (!resources) return resources.error();
  filter.resources = std::move(*resources);
  auto tasks = read_names(raw, *members, kTasks);
  if (!tasks) return tasks.error();
  filter.tasks = std::move(*tasks);
  return filter;
}

std::string text_of(const ListenFilter& filter) {
  mcp::JsonObject text;
  if (filter.lists.tools) text.add("toolsListChanged", "true");
  if (filter.lists.prompts) text.add("promptsListChanged", "true");
  if (filter.lists.resources) text.add("resourcesListChanged", "true");
  add_names(text, kResources.key, filter.resources);
  add_names(text, kTasks.key, filter.tasks);
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

#include "catalog/listing_difference.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace jungle::catalog {
namespace {

const std::string& name_of(const ToolEntry& tool) { return tool.exposed_name; }
const std::string& name_of(const PromptEntry& prompt) { return prompt.exposed_name; }
const std::string& name_of(const ResourceEntry& resource) { return resource.exposed_uri; }
const std::string& name_of(const ResourceTemplateEntry& entry) { return entry.exposed_template; }

template <typename Entry>
ListDifference list_difference(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  ListDifference difference;
  std::unordered_map<std::string_view, const Entry*> left;
  for (const Entry& entry : before)
    left.emplace(name_of(entry), &entry);
  for (const Entry& entry : after) {
    const auto was = left.find(name_of(entry));
    if (was == left.end()) {
      difference.added.push_back(name_of(entry));
      continue;
    }
    if (was->second->definition != entry.definition) difference.changed.push_back(name_of(entry));
    left.erase(was);
  }
  for (const Entry& entry : before) {
    if (left.contains(name_of(entry))) difference.removed.push_back(name_of(entry));
  }
  return difference;
}

template <typename Entry>
bool same_list(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), [](const Entry& a, const Entry& b) {
    return name_of(a) == name_of(b) && a.definition == b.definition;
  });
}

}  // namespace

ListingDifference difference(const ServerEntry& before, const ServerEntry& after) {
  return {list_difference(before.tools, after.tools), list_difference(before.prompts, after.prompts),
          list_difference(before.resources, after.resources),
          list_difference(before.resource_templates, after.resource_templates)};
}

bool offers_the_same(const ServerEntry& before, const ServerEntry& after) {
  return before.revision == after.revision && before.capabilities == after.capabilities &&
         before.server_info == after.server_info && before.instructions == after.instructions &&
         before.warnings == after.warnings && same_list(before.tools, after.tools) &&
         same_list(before.prompts, after.prompts) && same_list(before.resources, after.resources) &&
         same_list(before.resource_templates, after.resource_templates);
}

}  // namespace jungle::catalog

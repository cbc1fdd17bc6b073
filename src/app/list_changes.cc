#include "app/list_changes.h"

#include <set>
#include <string>

#include "downstream/mcp_endpoint.h"

namespace jungle::app {
namespace {

using catalog::View;

bool differ(const View::Pages& a, const View::Pages& b) {
  return !std::equal(a.begin(), a.end(), b.begin(), b.end(),
                     [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

downstream::ListChange change_between(const View& before, const View& after) {
  downstream::ListChange change;
  change.tools = differ(before.tools(), after.tools());
  change.prompts = differ(before.prompts(), after.prompts());
  change.resources =
      differ(before.resources(), after.resources()) || differ(before.resource_templates(), after.resource_templates());
  return change;
}

}  // namespace

downstream::ListChanges list_changes(const catalog::Snapshot& before, const catalog::Snapshot& after) {
  downstream::ListChanges changes;
  if (const auto all = change_between(before.all(), after.all()); all.any()) changes.emplace("", all);
  const catalog::Snapshot nothing;
  std::set<std::string> names{std::string(catalog::kMcpView), std::string(catalog::kSseView)};
  for (const auto* snapshot : {&before, &after}) {
    for (const auto& server : snapshot->servers())
      names.insert(server->spec.name.str());
  }
  for (const std::string& name : names) {
    const View* was = before.view_of(name);
    const View* is = after.view_of(name);
    if (was == is) continue;
    const auto change = change_between(was != nullptr ? *was : nothing.all(), is != nullptr ? *is : nothing.all());
    if (change.any()) changes.emplace(name, change);
  }
  return changes;
}

void ListChangeFeed::apply(const std::shared_ptr<const catalog::Snapshot>& snapshot) {
  const auto changes = list_changes(*seen_, *snapshot);
  seen_ = snapshot;
  if (changes.empty()) return;
  peers_.tell_all([changes](downstream::McpEndpoint& endpoint) { endpoint.lists_changed(changes); });
}

}  // namespace jungle::app

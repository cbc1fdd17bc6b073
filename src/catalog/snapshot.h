// The catalog at one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/entry.h"

namespace jungle::catalog {

// How many entries one page of a list holds. Most clients never ask for a second page, so this is generous.
inline constexpr std::size_t kListPageEntries = 1000;
// A page ends early when it has this many bytes: one answer stays far below what clients read.
inline constexpr std::size_t kListPageBytes = 8 * 1024 * 1024;
// Suggestions look at this many names. The search is quadratic in their length and runs in the call that failed.
inline constexpr std::size_t kSuggestionNamesMax = 2000;

// What one endpoint exposes: the whole gateway under exposed names (`/mcp`, `/sse`), or one server under its own
// (`/mcp/{server}`). Only enabled entries are in a view; whether the server itself is enabled does not matter.
// Immutable; shared by the snapshots between which its servers did not change, and holding those servers.
class View {
 public:
  // Whose names and URIs a view uses.
  enum class Names : std::uint8_t { kExposed, kOwn };
  using Servers = std::vector<std::shared_ptr<const ServerEntry>>;
  View(Names names, Servers servers);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  Names names() const { return names_; }
  const Servers& servers() const { return servers_; }
  // Exact lookups; nullptr if there is none or it is disabled. Resources are looked up by URI.
  const ToolEntry* find_tool(std::string_view name) const;
  const PromptEntry* find_prompt(std::string_view name) const;
  const ResourceEntry* find_resource(std::string_view uri) const;
  const ResourceTemplateEntry* find_resource_template(std::string_view uri_template) const;

  // "; did you mean 'x'?" or empty, for messages about unknown names.
  std::string suggest_tool(std::string_view name) const;
  std::string suggest_prompt(std::string_view name) const;

  // One page of a list as the JSON array that goes into a result: `[{"name":…},…]`, names and URIs of this view put in,
  // all else as the server wrote it, sorted by name (resources by display name). There is at least one page.
  using Pages = std::vector<std::shared_ptr<const std::string>>;
  const Pages& tools() const { return tools_pages_; }
  // The tools for clients of 2025-11-25, who are told which of them can be tasks.
  const Pages& tools_of_tasks() const { return task_tools_pages_; }
  const Pages& prompts() const { return prompts_pages_; }
  const Pages& resources() const { return resources_pages_; }
  const Pages& resource_templates() const { return templates_pages_; }

  // Whether one of the servers answers completion/complete.
  bool has_completions() const { return has_completions_; }
  // Whether resources of one of them can be subscribed to.
  bool has_subscriptions() const { return has_subscriptions_; }
  // Whether one of them may make tasks of calls.
  bool has_tasks() const { return has_tasks_; }
  // Whether one of them makes them for clients of 2025-11-25.
  bool has_legacy_tasks() const { return has_legacy_tasks_; }

 private:
  void add(const ServerEntry& server);

  // Constant after construction. The keys and pointers point into servers_.
  Names names_;
  Servers servers_;
  std::unordered_map<std::string_view, const ToolEntry*> tools_;
  std::unordered_map<std::string_view, const PromptEntry*> prompts_;
  std::unordered_map<std::string_view, const ResourceEntry*> resources_;
  std::unordered_map<std::string_view, const ResourceTemplateEntry*> templates_;
  Pages tools_pages_, task_tools_pages_, prompts_pages_, resources_pages_, templates_pages_;
  bool has_completions_ = false;
  bool has_subscriptions_ = false;
  bool has_tasks_ = false;
  bool has_legacy_tasks_ = false;
};

// Whether the two endpoints of the whole gateway have all servers each, or those of their own transport, as MCPJungle
// does.
enum class Endpoints : std::uint8_t { kAlike, kSeparate };

// The names of those views where they are kept apart. No server has such a name.
inline constexpr std::string_view kMcpView = "/mcp";  // Of all servers but those of HTTP+SSE.
inline constexpr std::string_view kSseView = "/sse";  // Of those.

// An immutable state of the catalog. Published by Catalog, read on every call; whoever holds one sees one state.
class Snapshot {
 public:
  Snapshot();  // Empty, generation 0.
  // With `previous`, the views of servers that it holds too are taken over instead of built again.
  Snapshot(std::uint64_t generation, std::vector<std::shared_ptr<const ServerEntry>> servers,
           const Snapshot* previous = nullptr, Endpoints endpoints = Endpoints::kAlike);

  // Grows with every published change: cursors and list_changed depend on it.
  std::uint64_t generation() const { return generation_; }
  // In the order of registration.
  const std::vector<std::shared_ptr<const ServerEntry>>& servers() const { return servers_; }
  // By name; nullptr if there is none. The entry is in the snapshot whether enabled or not.
  std::shared_ptr<const ServerEntry> find_server(std::string_view name) const;

  const View& all() const { return *all_; }
  // The view of one server, or one of the two above; nullptr if there is none.
  const View* view_of(std::string_view name) const;

 private:
  std::uint64_t generation_ = 0;
  std::vector<std::shared_ptr<const ServerEntry>> servers_;
  std::shared_ptr<const View> all_;
  std::shared_ptr<const View> mcp_, sse_;                                  // Null where they are not kept apart.
  std::map<std::string, std::shared_ptr<const View>, std::less<>> views_;  // By server name.
};

}  // namespace jungle::catalog

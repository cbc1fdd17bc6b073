#include "catalog/snapshot.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "catalog/names.h"
#include "catalog/ui_meta.h"
#include "mcp/json_reader.h"

namespace jungle::catalog {
namespace {

// Puts JSON arrays together, page after page.
class PageWriter {
 public:
  explicit PageWriter(std::size_t bytes_expected) { page_.reserve(std::min(bytes_expected, kListPageBytes)); }

  // The text that follows belongs to a new entry.
  std::string& next() {
    if (entries_ == kListPageEntries || page_.size() >= kListPageBytes) finish_page();
    page_ += entries_ == 0 ? '[' : ',';
    ++entries_;
    return page_;
  }
  View::Pages finish() {
    if (entries_ > 0 || pages_.empty()) finish_page();
    return std::move(pages_);
  }

 private:
  void finish_page() {
    page_ += entries_ == 0 ? "[]" : "]";
    page_.shrink_to_fit();
    pages_.push_back(std::make_shared<const std::string>(std::move(page_)));
    page_.clear();
    entries_ = 0;
  }

  std::string page_;
  std::size_t entries_ = 0;
  View::Pages pages_;
};

// Whether clients are told which tools can be tasks (MCP 2025-11-25 server/tools, `execution`).
enum class Execution : std::uint8_t { kHidden, kShown };

// How a tool is run is between its server and us where the client can have no task of it. None needs one: a call
// without waits for the task that the gateway makes.
void write_execution(mcp::Splice& splice, const ToolEntry& tool, Execution execution) {
  const std::string_view text = tool.definition;
  if (text.find("\"execution\"") == std::string_view::npos) return;  // Most have none.
  const auto members = mcp::read_members(text);
  if (!members) return;
  const mcp::Member* own = members->find(text, "execution");
  if (own == nullptr) return;
  if (execution == Execution::kShown && tool.can_be_legacy_task) {
    const auto inside = mcp::read_members(text, own->value);
    const mcp::Member* support = inside ? inside->find(text, "taskSupport") : nullptr;
    if (support != nullptr && tool.needs_task) splice.replace(support->value, R"("optional")");
    return;
  }
  splice.remove_members(*members, [&](const mcp::Member& member) { return member.key.of(text) == "execution"; });
}

// A tool's UI goes by the URI under which this view lists and reads it. https: URIs stay: the client can fetch them.
void expose_ui(mcp::Splice& splice, const ToolEntry& tool) {
  const std::string_view text = tool.definition;
  if (text.find("\"_meta\"") == std::string_view::npos) return;  // Most have none.
  const auto members = mcp::read_members(text);
  const mcp::Member* meta = members ? members->find(text, "_meta") : nullptr;
  if (meta == nullptr) return;
  for (const mcp::Range& uri : ui_resource_uris(text, meta->value)) {
    const std::string own = mcp::json_string_value(uri.of(text));
    if (own.starts_with("https://")) continue;
    splice.replace(uri, mcp::json_string(exposed_uri_of(tool.server->spec.name, own)));
  }
}

// `definition` with the exposed name and URIs in the place of its own.
template <typename Entry>
void append_exposed(std::string& out, const Entry& entry, Execution execution) {
  mcp::Splice splice;
  if constexpr (std::is_same_v<Entry, ToolEntry>) write_execution(splice, entry, execution);
  const std::string_view name = entry.name_range.of(entry.definition);
  // The own name stays as it is written, escapes and all: only the prefix goes in front of it.
  splice.replace(entry.name_range, "\"" + exposed_name_of(entry.server->spec.name, name.substr(1)));
  if constexpr (std::is_same_v<Entry, ToolEntry>) expose_ui(splice, entry);
  if constexpr (std::is_same_v<Entry, ResourceEntry>)
    splice.replace(entry.uri_range, mcp::json_string(entry.exposed_uri));
  if constexpr (std::is_same_v<Entry, ResourceTemplateEntry>)
    splice.replace(entry.uri_range, mcp::json_string(entry.exposed_template));
  out += splice.apply(entry.definition);
}

template <typename Entry>
void append_own(std::string& out, const Entry& entry, Execution execution) {
  mcp::Splice splice;
  if constexpr (std::is_same_v<Entry, ToolEntry>) write_execution(splice, entry, execution);
  out += splice.empty() ? entry.definition : splice.apply(entry.definition);
}

// What one entry is called, and found by, in a view.
std::string_view name_in(View::Names names, const auto& entry) {
  return names == View::Names::kOwn ? entry.own_name : entry.exposed_name;
}
std::string_view key_in(View::Names names, const auto& entry) { return name_in(names, entry); }
std::string_view key_in(View::Names names, const ResourceEntry& entry) {
  return names == View::Names::kOwn ? entry.own_uri : entry.exposed_uri;
}
std::string_view key_in(View::Names names, const ResourceTemplateEntry& entry) {
  return names == View::Names::kOwn ? entry.own_template : entry.exposed_template;
}

template <typename Entry>
View::Pages pages_of(View::Names names, const std::unordered_map<std::string_view, const Entry*>& entries,
                     Execution execution = Execution::kHidden) {
  std::vector<const Entry*> sorted;
  sorted.reserve(entries.size());
  std::size_t bytes = 2;
  for (const auto& [key, entry] : entries) {
    sorted.push_back(entry);
    bytes += entry->definition.size() + kServerNameBytesMax;
  }
  std::sort(sorted.begin(), sorted.end(), [&](const Entry* a, const Entry* b) {
    return std::pair(name_in(names, *a), key_in(names, *a)) < std::pair(name_in(names, *b), key_in(names, *b));
  });
  PageWriter writer(bytes);
  for (const Entry* entry : sorted) {
    std::string& page = writer.next();
    if (names == View::Names::kOwn) {
      append_own(page, *entry, execution);
    } else {
      append_exposed(page, *entry, execution);
    }
  }
  return writer.finish();
}

template <typename Entry>
void add_enabled(View::Names names, const std::vector<Entry>& entries,
                 std::unordered_map<std::string_view, const Entry*>& into) {
  for (const Entry& entry : entries) {
    if (entry.enabled) into.emplace(key_in(names, entry), &entry);
  }
}

template <typename Entry>
const Entry* find_in(const std::unordered_map<std::string_view, const Entry*>& entries, std::string_view key) {
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : found->second;
}

template <typename Entry>
std::string suggest(const std::unordered_map<std::string_view, const Entry*>& entries, std::string_view name) {
  if (entries.size() > kSuggestionNamesMax) return {};
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& [key, entry] : entries)
    names.emplace_back(key);
  std::sort(names.begin(), names.end());  // Of names that are equally near, the first wins, always.
  return did_you_mean(name, names);
}

}  // namespace

View::View(Names names, Servers servers) : names_(names), servers_(std::move(servers)) {
  for (const auto& server : servers_)
    add(*server);
  tools_pages_ = pages_of(names_, tools_);
  task_tools_pages_ = has_legacy_tasks_ ? pages_of(names_, tools_, Execution::kShown) : tools_pages_;
  prompts_pages_ = pages_of(names_, prompts_);
  resources_pages_ = pages_of(names_, resources_);
  templates_pages_ = pages_of(names_, templates_);
}

void View::add(const ServerEntry& server) {
  add_enabled(names_, server.tools, tools_);
  add_enabled(names_, server.prompts, prompts_);
  add_enabled(names_, server.resources, resources_);
  add_enabled(names_, server.resource_templates, templates_);
  has_completions_ = has_completions_ || offers(server, "completions");
  has_subscriptions_ = has_subscriptions_ || offers_subscriptions(server);
  has_tasks_ = has_tasks_ || offers_tasks(server);
  has_legacy_tasks_ = has_legacy_tasks_ || offers_legacy_tasks(server);
}

const ToolEntry* View::find_tool(std::string_view name) const { return find_in(tools_, name); }
const PromptEntry* View::find_prompt(std::string_view name) const { return find_in(prompts_, name); }
const ResourceEntry* View::find_resource(std::string_view uri) const { return find_in(resources_, uri); }
const ResourceTemplateEntry* View::find_resource_template(std::string_view uri_template) const {
  return find_in(templates_, uri_template);
}
std::string View::suggest_tool(std::string_view name) const { return suggest(tools_, name); }
std::string View::suggest_prompt(std::string_view name) const { return suggest(prompts_, name); }

Snapshot::Snapshot() : Snapshot(0, {}) {}

Snapshot::Snapshot(std::uint64_t generation, std::vector<std::shared_ptr<const ServerEntry>> servers,
                   const Snapshot* previous, Endpoints endpoints)
    : generation_(generation), servers_(std::move(servers)) {
  all_ = previous != nullptr && previous->servers_ == servers_
             ? previous->all_
             : std::make_shared<const View>(View::Names::kExposed, servers_);
  if (endpoints == Endpoints::kSeparate) {
    View::Servers others = servers_;
    const auto first_sse = std::stable_partition(
        others.begin(), others.end(), [](const auto& server) { return server->spec.transport != Transport::kSse; });
    View::Servers of_sse(first_sse, others.end());
    others.erase(first_sse, others.end());
    mcp_ = std::make_shared<const View>(View::Names::kExposed, std::move(others));
    sse_ = std::make_shared<const View>(View::Names::kExposed, std::move(of_sse));
  }
  for (const auto& server : servers_) {
    const std::string& name = server->spec.name.str();
    if (previous != nullptr && previous->find_server(name) == server) {
      views_[name] = previous->views_.find(name)->second;
    } else {
      views_[name] = std::make_shared<const View>(View::Names::kOwn, View::Servers(1, server));
    }
  }
}

std::shared_ptr<const ServerEntry> Snapshot::find_server(std::string_view name) const {
  const auto found = views_.find(name);
  return found == views_.end() ? nullptr : found->second->servers().front();
}

const View* Snapshot::view_of(std::string_view name) const {
  if (name == kMcpView) return mcp_.get();
  if (name == kSseView) return sse_.get();
  const auto found = views_.find(name);
  return found == views_.end() ? nullptr : found->second.get();
}

}  // namespace jungle::catalog

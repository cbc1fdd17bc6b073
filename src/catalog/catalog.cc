#include "catalog/catalog.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "catalog/admission.h"
#include "catalog/listing_difference.h"
#include "catalog/names.h"

namespace jungle::catalog {
namespace {

using FlagChange = CatalogRepository::FlagChange;

Error cancelled() { return Error{ErrorCode::kCancelled, "the caller went away before its change was made", {}}; }

// MCPJungle's texts, whose endings scripts match on.
Error no_server(const std::string& name) {
  return Error{ErrorCode::kNotFound, "MCP server " + name + " not found: not found", {}};
}

// The database's own sentence is part of the text since scripts look for UNIQUE.
Error server_exists(const std::string& name) {
  return Error{ErrorCode::kConflict,
               "MCP server " + name + " already exists: deregister it first, or register with force to replace it " +
                   "(UNIQUE constraint failed: mcp_servers.name)",
               {}};
}

std::string_view key_of(const ToolEntry& tool) { return tool.own_name; }
std::string_view key_of(const PromptEntry& prompt) { return prompt.own_name; }
std::string_view key_of(const ResourceEntry& resource) { return resource.own_uri; }
std::string_view key_of(const ResourceTemplateEntry& entry) { return entry.own_template; }

template <typename Entry>
void keep_flags(const std::vector<Entry>& before, std::vector<Entry>& after) {
  std::unordered_map<std::string_view, bool> flags;
  for (const Entry& entry : before)
    flags.emplace(key_of(entry), entry.enabled);
  for (Entry& entry : after) {
    const auto found = flags.find(key_of(entry));
    if (found != flags.end()) entry.enabled = found->second;
  }
}

// Collects the ids of entries that have the other state, and sets their flags in `server`, a copy.
template <typename Entry>
std::vector<std::int64_t> ids_to_change(const std::vector<Entry>& entries, bool enabled) {
  std::vector<std::int64_t> ids;
  for (const Entry& entry : entries) {
    if (entry.enabled != enabled) ids.push_back(entry.id);
  }
  return ids;
}

template <typename Entry>
std::vector<std::string> names_to_change(const std::vector<Entry>& entries, bool enabled) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (entry.enabled != enabled) names.push_back(entry.exposed_name);
  }
  return names;
}

template <typename Entry>
void set_flags(std::vector<Entry>& entries, const std::vector<std::int64_t>& ids, bool enabled,
               const std::string& time) {
  const std::set<std::int64_t> changed(ids.begin(), ids.end());
  for (Entry& entry : entries) {
    if (!changed.contains(entry.id)) continue;
    entry.enabled = enabled;
    entry.updated_at = time;
  }
}

constexpr std::string_view kind_word(const ToolEntry*) { return "tool "; }
constexpr std::string_view kind_word(const PromptEntry*) { return "prompt "; }

}  // namespace

Catalog::Catalog(Executor control, CatalogRepository& repository, telemetry::Log& log, Endpoints endpoints)
    : repository_(repository),
      log_(log),
      endpoints_(endpoints),
      turns_(control),
      published_(std::make_shared<const Snapshot>(0, View::Servers(), nullptr, endpoints)) {}

void Catalog::on_change(std::function<void(const std::shared_ptr<const Snapshot>&)> listener) {
  listener_ = std::move(listener);
}

void Catalog::publish(std::vector<Entry> servers) {
  const auto current = published_.load();
  const auto next =
      std::make_shared<const Snapshot>(current->generation() + 1, std::move(servers), current.get(), endpoints_);
  published_.publish(next);
  if (listener_) listener_(next);
}

void Catalog::publish_with(Entry entry) {
  std::vector<Entry> servers = published_.load()->servers();
  const auto place =
      std::find_if(servers.begin(), servers.end(), [&](const Entry& e) { return e->spec.name == entry->spec.name; });
  if (place == servers.end()) {
    servers.push_back(std::move(entry));
  } else {
    *place = std::move(entry);
  }
  publish(std::move(servers));
}

Task<Result<void>> Catalog::load() {
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  auto loaded = co_await repository_.load();
  if (!loaded) co_return loaded.error();
  for (const std::string& warning : loaded->warnings)
    log_.warn("a row of the database was skipped", {{"why", warning}});

  std::vector<Entry> servers;
  for (ServerEntry& server : loaded->servers) {
    const std::string name = server.spec.name.str();
    // Without a good name its entries could be taken for another server's.
    if (const auto good = parse_server_name(name); !good) {
      log_.warn("a server of the database was skipped", {{"server", name}, {"why", good.error().message}});
      continue;
    }
    if (const auto good = validate(server.spec); !good)
      log_.warn("stored settings break a rule; register the server again",
                {{"server", name}, {"why", good.error().message}});
    for (const std::string& sentence : complete(server))
      log_.warn("an entry of the database was skipped", {{"server", name}, {"why", sentence}});
    servers.push_back(share(std::move(server)));
  }
  publish(std::move(servers));
  co_return Result<void>();
}

Task<Result<std::shared_ptr<const ServerEntry>>> Catalog::add(ServerSpec spec, Discovery discovery) {
  if (auto good = validate(spec); !good) co_return good.error();
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  const std::string name = spec.name.str();
  if (published_.load()->find_server(name)) co_return server_exists(name);
  ServerEntry server = admit(std::move(spec), std::move(discovery));
  auto stored = co_await repository_.insert(std::move(server));
  if (!stored && stored.error().code == ErrorCode::kConflict) co_return server_exists(name);
  if (!stored) co_return stored.error();
  auto entry = share(std::move(*stored));
  publish_with(entry);
  co_return entry;
}

Task<Result<std::shared_ptr<const ServerEntry>>> Catalog::replace(ServerSpec spec, Discovery discovery) {
  if (auto good = validate(spec); !good) co_return good.error();
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  auto before = published_.load()->find_server(spec.name.str());
  ServerEntry server = admit(std::move(spec), std::move(discovery));
  co_return co_await put(std::move(server), std::move(before));
}

Task<Result<std::shared_ptr<const ServerEntry>>> Catalog::refresh(std::shared_ptr<const ServerEntry> known,
                                                                  Discovery discovery) {
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  auto now = published_.load()->find_server(known->spec.name.str());
  if (!now || !(now->spec == known->spec)) co_return no_server(known->spec.name.str());
  ServerSpec spec = known->spec;
  ServerEntry server = admit(std::move(spec), std::move(discovery));
  if (offers_the_same(*now, server)) co_return now;
  co_return co_await put(std::move(server), std::move(now));
}

Task<Result<std::shared_ptr<const ServerEntry>>> Catalog::put(ServerEntry server, Entry before) {
  if (before) {
    server.enabled = before->enabled;
    keep_flags(before->tools, server.tools);
    keep_flags(before->prompts, server.prompts);
    keep_flags(before->resources, server.resources);
    keep_flags(before->resource_templates, server.resource_templates);
  }
  auto write = before ? repository_.replace(std::move(server)) : repository_.insert(std::move(server));
  auto stored = co_await std::move(write);
  if (!stored) co_return stored.error();
  auto entry = share(std::move(*stored));
  publish_with(entry);
  co_return entry;
}

Task<Result<void>> Catalog::remove(ServerName name) {
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  std::vector<Entry> servers = published_.load()->servers();
  const auto gone =
      std::remove_if(servers.begin(), servers.end(), [&](const Entry& entry) { return entry->spec.name == name; });
  if (gone == servers.end()) co_return no_server(name.str());
  servers.erase(gone, servers.end());
  auto removed = co_await repository_.remove(name);
  // A row that is gone already is what was asked for; the snapshot follows.
  if (!removed && removed.error().code != ErrorCode::kNotFound) co_return removed.error();
  publish(std::move(servers));
  co_return Result<void>();
}

Task<Result<void>> Catalog::apply_flags(Entry server, FlagChange change) {
  const FlagChange kept = change;
  auto time = co_await repository_.store_flags(std::move(change));
  if (!time) co_return time.error();
  ServerEntry next = *server;
  if (kept.of_server) {
    next.enabled = kept.enabled;
    next.updated_at = *time;
  }
  set_flags(next.tools, kept.tools, kept.enabled, *time);
  set_flags(next.prompts, kept.prompts, kept.enabled, *time);
  set_flags(next.resources, kept.resources, kept.enabled, *time);
  set_flags(next.resource_templates, kept.resource_templates, kept.enabled, *time);
  publish_with(share(std::move(next)));
  co_return Result<void>();
}

Task<Result<Changed>> Catalog::set_server_enabled(ServerName name, bool enabled) {
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  auto server = published_.load()->find_server(name.str());
  if (!server) co_return no_server(name.str());
  Changed changed;
  changed.tools = names_to_change(server->tools, enabled);
  changed.prompts = names_to_change(server->prompts, enabled);
  FlagChange change;
  change.server = name;
  change.enabled = enabled;
  change.of_server = true;
  change.tools = ids_to_change(server->tools, enabled);
  change.prompts = ids_to_change(server->prompts, enabled);
  change.resources = ids_to_change(server->resources, enabled);
  change.resource_templates = ids_to_change(server->resource_templates, enabled);
  auto applied = co_await apply_flags(std::move(server), std::move(change));
  if (!applied) co_return applied.error();
  co_return changed;
}

Task<Result<std::vector<std::string>>> Catalog::set_tools_enabled(std::string entity, bool enabled) {
  co_return co_await set_entries_enabled(&ServerEntry::tools, std::move(entity), enabled);
}

Task<Result<std::vector<std::string>>> Catalog::set_prompts_enabled(std::string entity, bool enabled) {
  co_return co_await set_entries_enabled(&ServerEntry::prompts, std::move(entity), enabled);
}

template <typename Row>
Task<Result<std::vector<std::string>>> Catalog::set_entries_enabled(std::vector<Row> ServerEntry::*member,
                                                                    std::string entity, bool enabled) {
  const auto turn = co_await turns_.take();
  if (!turn) co_return cancelled();
  const auto separator = entity.find(kNameSeparator);
  const std::string server_name = entity.substr(0, separator);
  const auto server = published_.load()->find_server(server_name);
  if (!server) co_return with_context(no_server(server_name), "failed to get MCP server " + server_name);
  const std::vector<Row>& rows = (*server).*member;

  Names names;
  std::vector<std::int64_t> ids;
  if (separator == std::string::npos) {
    names = names_to_change(rows, enabled);
    ids = ids_to_change(rows, enabled);
  } else {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.exposed_name == entity; });
    if (row == rows.end())
      co_return Error{ErrorCode::kNotFound,
                      std::string(kind_word(static_cast<const Row*>(nullptr))) + entity + " not found: not found",
                      {}};
    names.push_back(entity);
    if (row->enabled != enabled) ids.push_back(row->id);
  }
  if (ids.empty()) co_return names;
  FlagChange change;
  change.server = server->spec.name;
  change.enabled = enabled;
  if constexpr (std::is_same_v<Row, ToolEntry>) {
    change.tools = std::move(ids);
  } else {
    change.prompts = std::move(ids);
  }
  auto applied = co_await apply_flags(server, std::move(change));
  if (!applied) co_return applied.error();
  co_return names;
}

}  // namespace jungle::catalog

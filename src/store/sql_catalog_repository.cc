#include "store/sql_catalog_repository.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <soci/soci.h>

#include "store/config_json.h"
#include "store/entry_rows.h"
#include "store/grant_rows.h"
#include "store/stored_time.h"
#include "store/text_list.h"

namespace jungle::store {
namespace {

using catalog::CatalogRepository;
using catalog::PromptEntry;
using catalog::ResourceEntry;
using catalog::ResourceTemplateEntry;
using catalog::ServerEntry;
using catalog::ToolEntry;

Error no_server(const std::string& name) {
  return Error{ErrorCode::kNotFound, "MCP server " + name + " not found: not found", {}};
}

// The columns of one row of mcp_servers, in the order of the statements below.
struct ServerRow {
  std::string name, transport, description, config, session_mode;
  std::string revision, capabilities, server_info, instructions, warnings;
  int enabled = 1;

  static ServerRow of(const ServerEntry& server, const Sealer& sealer) {
    ServerRow row;
    row.name = server.spec.name.str();
    row.transport = text_of(server.spec.transport);
    row.description = server.spec.description;
    row.config = render_config(server.spec, sealer);
    row.session_mode = text_of(server.spec.session_mode);
    row.revision = server.revision;
    row.capabilities = server.capabilities;
    row.server_info = server.server_info;
    row.instructions = server.instructions;
    row.warnings = json_of(server.warnings);
    row.enabled = server.enabled ? 1 : 0;
    return row;
  }

  Result<ServerEntry> entry(const Sealer& sealer) const {
    ServerEntry server;
    server.spec.name = catalog::ServerName(name);
    const auto parsed = catalog::parse_transport(transport);
    if (!parsed) return Error{ErrorCode::kInvalidArgument, "its transport is '" + transport + "'", {}};
    server.spec.transport = *parsed;
    server.spec.description = description;
    const auto mode = catalog::parse_session_mode(session_mode);
    if (!mode) return Error{ErrorCode::kInvalidArgument, "its session mode is '" + session_mode + "'", {}};
    server.spec.session_mode = *mode;
    if (auto ok = read_config(config, sealer, server.spec); !ok) return ok.error();
    server.revision = revision;
    server.capabilities = capabilities;
    server.server_info = server_info;
    server.instructions = instructions;
    server.warnings = texts_of(warnings);
    server.enabled = enabled != 0;
    return server;
  }

  // Every member, in the order in which the statements name the columns.
  template <typename Visit>
  void for_each(Visit visit) {
    for (std::string* text : {&name, &transport, &description, &config, &session_mode, &revision, &capabilities,
                              &server_info, &instructions, &warnings})
      visit(*text);
    visit(enabled);
  }
};

constexpr const char* kInsertServer =
    "INSERT INTO mcp_servers (name, transport, description, config, session_mode, revision, capabilities, server_info, "
    "instructions, warnings, enabled, created_at, updated_at) VALUES (:name, :transport, :description, :config, "
    ":session_mode, :revision, :capabilities, :server_info, :instructions, :warnings, :enabled, :now, :now)";
constexpr const char* kUpdateServer =
    "UPDATE mcp_servers SET name = :name, transport = :transport, description = :description, config = :config, "
    "session_mode = :session_mode, revision = :revision, capabilities = :capabilities, server_info = :server_info, "
    "instructions = :instructions, warnings = :warnings, enabled = :enabled, updated_at = :now WHERE name = :name";
constexpr const char* kLoadServers =
    "SELECT name, transport, COALESCE(description, ''), config, COALESCE(NULLIF(session_mode, ''), 'stateless'), "
    "COALESCE(revision, ''), COALESCE(capabilities, '{}'), COALESCE(server_info, '{}'), COALESCE(instructions, ''), "
    "COALESCE(warnings, '[]'), COALESCE(enabled, 1), id, COALESCE(created_at, ''), COALESCE(updated_at, '') "
    "FROM mcp_servers WHERE deleted_at IS NULL ORDER BY id";

void write_server(soci::session& session, const char* sql, const ServerEntry& server, const Sealer& sealer,
                  const std::string& now) {
  ServerRow row = ServerRow::of(server, sealer);
  soci::statement statement(session);
  row.for_each([&](auto& member) { statement.exchange(soci::use(member)); });
  statement.exchange(soci::use(now));
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  statement.execute(true);
}

struct Found {
  long long id = 0;
  std::string created_at;
};

std::optional<Found> find_server(soci::session& session, const catalog::ServerName& name) {
  Found found;
  session << "SELECT id, COALESCE(created_at, '') FROM mcp_servers WHERE name = :name AND deleted_at IS NULL",
      soci::use(name.str()), soci::into(found.id), soci::into(found.created_at);
  if (!session.got_data()) return std::nullopt;
  return found;
}

void store_all_entries(soci::session& session, ServerEntry& server, const std::string& now) {
  EntryRows<ToolEntry>::store(session, server.id, now, server.tools);
  EntryRows<PromptEntry>::store(session, server.id, now, server.prompts);
  EntryRows<ResourceEntry>::store(session, server.id, now, server.resources);
  EntryRows<ResourceTemplateEntry>::store(session, server.id, now, server.resource_templates);
}

// Moves what `by_server` holds for a server there, and leaves the rest.
template <typename Entry>
void take(std::map<std::int64_t, std::vector<Entry>>& by_server, std::int64_t id, std::vector<Entry>& into) {
  const auto found = by_server.find(id);
  if (found == by_server.end()) return;
  into = std::move(found->second);
  by_server.erase(found);
}

template <typename Entry>
void warn_of_orphans(const std::map<std::int64_t, std::vector<Entry>>& left, const std::set<std::int64_t>& skipped,
                     const char* table, std::vector<std::string>& warnings) {
  for (const auto& [server_id, entries] : left) {
    if (skipped.contains(server_id)) continue;
    warnings.push_back(std::to_string(entries.size()) + " rows of table " + table + " belong to server id " +
                       std::to_string(server_id) + ", which is not there");
  }
}

Result<CatalogRepository::Loaded> load_all(soci::session& session, const Sealer& sealer) {
  CatalogRepository::Loaded loaded;
  auto tools = EntryRows<ToolEntry>::load(session);
  auto prompts = EntryRows<PromptEntry>::load(session);
  auto resources = EntryRows<ResourceEntry>::load(session);
  auto templates = EntryRows<ResourceTemplateEntry>::load(session);
  std::set<std::int64_t> skipped;

  ServerRow row;
  long long id = 0;
  std::string created_at;
  std::string updated_at;
  soci::statement statement(session);
  row.for_each([&](auto& member) { statement.exchange(soci::into(member)); });
  statement.exchange(soci::into(id));
  statement.exchange(soci::into(created_at));
  statement.exchange(soci::into(updated_at));
  statement.alloc();
  statement.prepare(kLoadServers);
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) {
    auto server = row.entry(sealer);
    if (!server) {
      loaded.warnings.push_back("server '" + row.name + "': " + server.error().message);
      skipped.insert(id);
      continue;
    }
    server->id = id;
    server->created_at = shown_time(created_at);
    server->updated_at = shown_time(updated_at);
    take(tools, id, server->tools);
    take(prompts, id, server->prompts);
    take(resources, id, server->resources);
    take(templates, id, server->resource_templates);
    loaded.servers.push_back(std::move(*server));
  }
  warn_of_orphans(tools, skipped, "tools", loaded.warnings);
  warn_of_orphans(prompts, skipped, "prompts", loaded.warnings);
  warn_of_orphans(resources, skipped, "resources", loaded.warnings);
  warn_of_orphans(templates, skipped, "resource_templates", loaded.warnings);
  return loaded;
}

}  // namespace

Task<Result<CatalogRepository::Loaded>> SqlCatalogRepository::load() {
  auto work = [&](soci::session& session) -> Result<Loaded> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    return load_all(session, *sealer);
  };
  co_return co_await database_.read(work);
}

Task<Result<ServerEntry>> SqlCatalogRepository::insert(ServerEntry server) {
  const std::string now = stored_time(time_.system_now());
  auto work = [&](soci::session& session) -> Result<ServerEntry> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    write_server(session, kInsertServer, server, *sealer, now);
    long long id = 0;
    session.get_last_insert_id("mcp_servers", id);
    server.id = id;
    server.created_at = shown_time(now);
    server.updated_at = server.created_at;
    store_all_entries(session, server, now);
    return std::move(server);
  };
  co_return co_await database_.write(work);
}

Task<Result<ServerEntry>> SqlCatalogRepository::replace(ServerEntry server) {
  const std::string now = stored_time(time_.system_now());
  auto work = [&](soci::session& session) -> Result<ServerEntry> {
    const auto found = find_server(session, server.spec.name);
    if (!found) return no_server(server.spec.name.str());
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    write_server(session, kUpdateServer, server, *sealer, now);
    server.id = found->id;
    server.created_at = shown_time(found->created_at);
    server.updated_at = shown_time(now);
    store_all_entries(session, server, now);
    return std::move(server);
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlCatalogRepository::remove(catalog::ServerName name) {
  auto work = [&](soci::session& session) -> Result<void> {
    const auto found = find_server(session, name);
    if (!found) return no_server(name.str());
    EntryRows<ToolEntry>::remove(session, found->id);
    EntryRows<PromptEntry>::remove(session, found->id);
    EntryRows<ResourceEntry>::remove(session, found->id);
    EntryRows<ResourceTemplateEntry>::remove(session, found->id);
    // What is kept for a server outside of its row.
    GrantRows::remove(session, name.str());
    session << "DELETE FROM upstream_o_auth_pending_sessions WHERE server_name = :name", soci::use(name.str());
    session << "DELETE FROM mcp_servers WHERE id = :id", soci::use(found->id);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<std::string>> SqlCatalogRepository::store_flags(FlagChange change) {
  const std::string now = stored_time(time_.system_now());
  auto work = [&](soci::session& session) -> Result<std::string> {
    const auto found = find_server(session, change.server);
    if (!found) return no_server(change.server.str());
    const int enabled = change.enabled ? 1 : 0;
    if (change.of_server)
      session << "UPDATE mcp_servers SET enabled = :enabled, updated_at = :now WHERE id = :id", soci::use(enabled),
          soci::use(now), soci::use(found->id);
    EntryRows<ToolEntry>::store_flags(session, found->id, change.tools, change.enabled, now);
    EntryRows<PromptEntry>::store_flags(session, found->id, change.prompts, change.enabled, now);
    EntryRows<ResourceEntry>::store_flags(session, found->id, change.resources, change.enabled, now);
    EntryRows<ResourceTemplateEntry>::store_flags(session, found->id, change.resource_templates, change.enabled, now);
    return shown_time(now);
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlCatalogRepository::ping() {
  auto work = [](soci::session& session) -> Result<void> {
    int count = 0;
    session << "SELECT COUNT(*) FROM schema_migrations", soci::into(count);
    return {};
  };
  co_return co_await database_.read(work);
}

}  // namespace jungle::store

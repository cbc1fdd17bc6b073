#include "store/migrations.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <soci/soci.h>

namespace jungle::store {
namespace {

using Names = std::set<std::string, std::less<>>;

// Text between the semicolons at ends of lines. A driver takes one statement at a time.
std::vector<std::string> statements_of(std::string_view sql) {
  std::vector<std::string> statements;
  while (!sql.empty()) {
    const auto end = std::min(sql.find(";\n"), sql.size());
    std::string_view statement = sql.substr(0, end);
    while (statement.starts_with("--"))
      statement.remove_prefix(std::min(statement.find('\n'), statement.size() - 1) + 1);
    if (statement.find_first_not_of(" \n") != std::string_view::npos) statements.emplace_back(statement);
    sql.remove_prefix(std::min(end + 2, sql.size()));
  }
  return statements;
}

Names texts_of(soci::session& session, const std::string& query) {
  Names names;
  std::string name;
  soci::statement statement = (session.prepare << query, soci::into(name));
  statement.execute();
  while (statement.fetch())
    names.insert(name);
  return names;
}

Names tables_of(soci::session& session) {
  return texts_of(session, "SELECT name FROM sqlite_master WHERE type = 'table'");
}
Names columns_of(soci::session& session, const std::string& table) {
  return texts_of(session, "SELECT name FROM pragma_table_info('" + table + "')");
}

// Columns that MCPJungle added to its tables over time; a table that lacks one is from before.
struct AddedColumn {
  const char* table;
  const char* column;
  const char* type;
};
constexpr AddedColumn kAddedColumns[] = {
    {"mcp_servers", "enabled", "numeric DEFAULT true"},
    {"mcp_servers", "description", "text"},
    {"mcp_servers", "session_mode", "varchar(20) DEFAULT 'stateless'"},
    {"tools", "enabled", "numeric DEFAULT true"},
    {"tools", "description", "text"},
    {"tools", "input_schema", "JSON"},
    {"tools", "annotations", "JSON"},
    {"prompts", "enabled", "numeric DEFAULT true"},
    {"prompts", "description", "text"},
    {"prompts", "arguments", "JSON"},
    {"resources", "enabled", "numeric DEFAULT true"},
    {"resources", "description", "text"},
    {"resources", "mime_type", "text"},
    {"resources", "annotations", "JSON"},
    {"resources", "meta", "JSON"},
    {"mcp_clients", "description", "text"},
    {"tool_groups", "included_servers", "JSON"},
    {"tool_groups", "excluded_tools", "JSON"},
};

// The MCPJungle of mid-2025 had columns for the URL and the token of a server, all of them HTTP. They move into
// `config`; `url` was NOT NULL, so it has to go for new rows to have a place.
void move_url_into_config(soci::session& session) {
  const Names columns = columns_of(session, "mcp_servers");
  if (!columns.contains("config")) session << "ALTER TABLE mcp_servers ADD COLUMN config JSON NOT NULL DEFAULT '{}'";
  if (!columns.contains("transport"))
    session << "ALTER TABLE mcp_servers ADD COLUMN transport varchar(30) NOT NULL DEFAULT 'streamable_http'";
  if (!columns.contains("url")) return;
  const bool has_token = columns.contains("bearer_token");
  session << "UPDATE mcp_servers SET config = json_object('url', url" +
                 std::string(has_token ? ", 'bearer_token', COALESCE(bearer_token, '')" : "") +
                 ") WHERE config IS NULL OR config IN ('', '{}')";
  session << "ALTER TABLE mcp_servers DROP COLUMN url";
  if (has_token) session << "ALTER TABLE mcp_servers DROP COLUMN bearer_token";
}

// Tools of different servers may have the same name; the MCPJungle of mid-2025 did not know that yet.
void drop_unique_tool_names(soci::session& session) {
  const Names indexes =
      texts_of(session,
               "SELECT l.name FROM pragma_index_list('tools') AS l WHERE l.\"unique\" = 1 AND l.origin = 'c' AND "
               "(SELECT group_concat(i.name) FROM pragma_index_info(l.name) AS i) = 'name'");
  for (const std::string& index : indexes)
    session << "DROP INDEX \"" + index + "\"";
}

// Brings what a MCPJungle of any age left behind to the shape of the newest one; missing tables come afterwards.
void modernize(soci::session& session) {
  const Names tables = tables_of(session);
  if (tables.contains("mcp_servers")) move_url_into_config(session);
  for (const AddedColumn& added : kAddedColumns) {
    if (!tables.contains(added.table) || columns_of(session, added.table).contains(added.column)) continue;
    session << std::string("ALTER TABLE ") + added.table + " ADD COLUMN " + added.column + " " + added.type;
  }
  if (tables.contains("tools")) drop_unique_tool_names(session);
}

}  // namespace

Result<void> migrate(soci::session& session, telemetry::Log& log) {
  session << "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL)";
  int applied = 0;
  session << "SELECT COALESCE(MAX(number), 0) FROM schema_migrations", soci::into(applied);
  const auto texts = migration_texts();
  if (applied > texts.back().number)
    return Error{ErrorCode::kInvalidArgument,
                 "it was written by a newer version of mcpjungle: use that one, or name another file with "
                 "--sqlite-db-path",
                 {}};
  if (applied == 0) modernize(session);
  for (const MigrationText& migration : texts) {
    if (migration.number <= applied) continue;
    for (const std::string& statement : statements_of(migration.sql))
      session << statement;
    const std::string name(migration.name);
    session << "INSERT INTO schema_migrations (number, name) VALUES (:number, :name)", soci::use(migration.number),
        soci::use(name);
    log.debug("applied a database migration", {{"number", migration.number}, {"name", name}});
  }
  return {};
}

}  // namespace jungle::store

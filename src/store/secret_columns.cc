#include "store/secret_columns.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <soci/soci.h>

#include "crypto/sealed_box.h"
#include "store/config_secrets.h"

namespace jungle::store {
namespace {

namespace json = boost::json;

// How a column holds its secret.
enum class Form : std::uint8_t {
  kText,    // The whole text: Sealer::seal().
  kJson,    // The whole JSON document: Sealer::seal_json().
  kConfig,  // Some members of a server's config: config_secrets.h.
};

struct SecretColumn {
  const char* table;
  const char* row;  // The column that identifies a row, as in SecretPlace.
  const char* column;
  Form form;
};

// All of them. A column of secrets that is not here is neither sealed when it comes from MCPJungle nor sealed anew when
// the key changes.
constexpr SecretColumn kSecretColumns[] = {
    {"mcp_servers", "name", "config", Form::kConfig},
    {"upstream_o_auth_tokens", "server_name", "client_secret", Form::kText},
    {"upstream_o_auth_tokens", "server_name", "access_token", Form::kText},
    {"upstream_o_auth_tokens", "server_name", "refresh_token", Form::kText},
    {"upstream_o_auth_tokens", "server_name", "private_key", Form::kText},
    {"upstream_o_auth_tokens", "server_name", "server_url", Form::kText},
    {"upstream_o_auth_pending_sessions", "session_id", "server_input", Form::kJson},
    {"upstream_o_auth_pending_sessions", "session_id", "client_secret", Form::kText},
    {"upstream_o_auth_pending_sessions", "session_id", "code_verifier", Form::kText},
    {"upstream_o_auth_pending_sessions", "session_id", "private_key", Form::kText},
    {"upstream_o_auth_pending_sessions", "session_id", "server_url", Form::kText},
    {"upstream_o_auth_pending_sessions", "session_id", "state", Form::kText},
    {"upstream_o_auth_clients", "name", "client_secret", Form::kText},
};

struct Cell {
  long long id = 0;
  std::string row;
  std::string value;
};

std::vector<Cell> cells_of(soci::session& session, const SecretColumn& column) {
  std::vector<Cell> cells;
  Cell cell;
  const std::string name = column.column;
  soci::statement statement =
      (session.prepare << "SELECT id, COALESCE(" + std::string(column.row) + ", ''), " + name + " FROM " +
                              column.table + " WHERE COALESCE(" + name + ", '') <> '' ORDER BY id",
       soci::into(cell.id), soci::into(cell.row), soci::into(cell.value));
  statement.execute();
  while (statement.fetch())
    cells.push_back(cell);
  return cells;
}

void store_cell(soci::session& session, const SecretColumn& column, const Cell& cell) {
  session << std::string("UPDATE ") + column.table + " SET " + column.column + " = :value WHERE id = :id",
      soci::use(cell.value), soci::use(cell.id);
}

// Changes the secrets of one cell in place; returns how many did change.
Result<std::size_t> change_config(Cell& cell, const SecretColumn& column, const SecretChange& change) {
  boost::system::error_code ec;
  json::value parsed = json::parse(cell.value, ec);
  if (ec || !parsed.is_object()) return std::size_t{0};  // Loading the catalog reports the row.
  std::size_t count = 0;
  auto visited = visit_secrets(parsed.get_object(), [&](std::string_view field, json::string& value) -> Result<void> {
    if (value.empty()) return {};
    auto changed = change({value.data(), value.size()}, SecretPlace{column.table, cell.row, field});
    if (!changed) return changed.error();
    if (*changed == std::string_view(value.data(), value.size())) return {};
    value = *changed;
    ++count;
    return {};
  });
  if (!visited) return visited.error();
  if (count > 0) cell.value = json::serialize(parsed);
  return count;
}

Result<std::size_t> change_cell(Cell& cell, const SecretColumn& column, const SecretChange& change) {
  if (column.form == Form::kConfig) return change_config(cell, column, change);
  const std::string_view stored = column.form == Form::kJson ? sealed_text_in(cell.value) : cell.value;
  auto changed = change(stored, SecretPlace{column.table, cell.row, column.column});
  if (!changed) return changed.error();
  if (*changed == stored) return std::size_t{0};
  const bool is_json_string = column.form == Form::kJson && crypto::is_sealed(*changed);
  cell.value = is_json_string ? "\"" + *changed + "\"" : std::move(*changed);
  return std::size_t{1};
}

}  // namespace

Result<std::size_t> change_secrets(soci::session& session, const SecretChange& change) {
  std::size_t total = 0;
  for (const SecretColumn& column : kSecretColumns) {
    for (Cell& cell : cells_of(session, column)) {
      auto changed = change_cell(cell, column, change);
      if (!changed) return changed.error();
      if (*changed > 0) store_cell(session, column, cell);
      total += *changed;
    }
  }
  return total;
}

}  // namespace jungle::store

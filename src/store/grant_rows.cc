#include "store/grant_rows.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <soci/soci.h>

#include "store/stored_time.h"
#include "store/text_list.h"

namespace jungle::store {
namespace {

using oauth::Grant;
using oauth::GrantState;

constexpr std::string_view kTable = "upstream_o_auth_tokens";
constexpr const char* kNever = "0001-01-01 00:00:00+00:00";  // As MCPJungle writes it.

constexpr std::string_view text_of(GrantState state) {
  return state == GrantState::kNeedsAuthorization ? "needs_authorization" : "active";
}

// The columns of one row as text.
struct Columns {
  std::string server_name, transport, server_url, ca_file, grant_kind, issuer, token_endpoint, revocation_endpoint,
      client_id, client_secret, auth_method, private_key, redirect_uri, resource, scopes, access_token, token_type,
      refresh_token, scope, expires_at, state, state_reason, missing_scopes, refresh_holder, refresh_until;

  // Every member with the name of its column, in one order.
  template <typename Visit>
  void for_each(Visit visit) {
    visit("server_name", server_name);
    visit("transport", transport);
    visit("server_url", server_url);
    visit("ca_file", ca_file);
    visit("grant_kind", grant_kind);
    visit("issuer", issuer);
    visit("token_endpoint", token_endpoint);
    visit("revocation_endpoint", revocation_endpoint);
    visit("client_id", client_id);
    visit("client_secret", client_secret);
    visit("auth_method", auth_method);
    visit("private_key", private_key);
    visit("redirect_uri", redirect_uri);
    visit("resource", resource);
    visit("scopes", scopes);
    visit("access_token", access_token);
    visit("token_type", token_type);
    visit("refresh_token", refresh_token);
    visit("scope", scope);
    visit("expires_at", expires_at);
    visit("state", state);
    visit("state_reason", state_reason);
    visit("missing_scopes", missing_scopes);
    visit("refresh_holder", refresh_holder);
    visit("refresh_until", refresh_until);
  }
};

std::string select_statement(const std::string& condition) {
  std::string columns;
  Columns().for_each([&](const std::string& name, const std::string&) { columns += "COALESCE(" + name + ", ''), "; });
  return "SELECT " + columns + "COALESCE(generation, 0) FROM " + std::string(kTable) + " WHERE deleted_at IS NULL" +
         condition;
}

std::string upsert_statement() {
  std::string names;
  std::string values;
  std::string updates;
  Columns().for_each([&](const std::string& name, const std::string&) {
    names += name + ", ";
    values += ":" + name + ", ";
    updates += name + " = excluded." + name + ", ";
  });
  return "INSERT INTO " + std::string(kTable) + " (" + names + "generation, created_at, updated_at) VALUES (" + values +
         ":generation, :now, :now) ON CONFLICT (server_name) DO UPDATE SET " + updates +
         "generation = excluded.generation, updated_at = excluded.updated_at, deleted_at = NULL";
}

Columns columns_of(const Grant& grant, const Sealer& sealer) {
  Columns out;
  const std::string server = grant.server.str();
  const auto seal = [&](const Secret& secret, std::string_view column) {
    return sealer.seal(secret, {kTable, server, column});
  };
  out.server_name = server;
  out.transport = catalog::text_of(grant.transport);
  out.server_url = seal(Secret(grant.server_url), "server_url");
  out.ca_file = grant.ca_file;
  out.grant_kind = catalog::text_of(grant.kind);
  out.issuer = grant.issuer.str();
  out.token_endpoint = grant.token_endpoint;
  out.revocation_endpoint = grant.revocation_endpoint;
  out.client_id = grant.client.id;
  out.client_secret = seal(grant.client.secret, "client_secret");
  out.auth_method = oauth::text_of(grant.client.method);
  out.private_key = seal(grant.client.private_key, "private_key");
  out.redirect_uri = grant.redirect_uri;
  out.resource = grant.resource;
  out.scopes = json_of(grant.scopes);
  out.access_token = seal(grant.tokens.access_token, "access_token");
  out.token_type = grant.tokens.token_type;
  out.refresh_token = seal(grant.tokens.refresh_token, "refresh_token");
  out.scope = grant.tokens.scope;
  out.expires_at = grant.tokens.expires_at ? stored_time(*grant.tokens.expires_at) : kNever;
  out.state = text_of(grant.state);
  out.state_reason = grant.state_reason;
  out.missing_scopes = json_of(grant.missing_scopes);
  return out;
}

// Opens the sealed columns of one row; the first failure sticks.
class Opener {
 public:
  Opener(const Sealer& sealer, const std::string& row) : sealer_(sealer), row_(row) {}

  Secret open(const std::string& stored, std::string_view column) {
    auto secret = sealer_.open(stored, {kTable, row_, column});
    if (secret) return std::move(*secret);
    if (!error_) error_ = secret.error();
    return Secret();
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const Sealer& sealer_;
  const std::string& row_;
  std::optional<Error> error_;
};

// A row of MCPJungle has no method: it sends the secret in the body.
oauth::ClientAuthMethod method_of(const Columns& columns) {
  if (const auto method = oauth::parse_client_auth_method(columns.auth_method)) return *method;
  return columns.client_secret.empty() ? oauth::ClientAuthMethod::kNone : oauth::ClientAuthMethod::kClientSecretPost;
}

Result<GrantRow> row_of(const Columns& columns, long long generation, const Sealer& sealer) {
  GrantRow row;
  Grant& grant = row.grant;
  grant.server = catalog::ServerName(columns.server_name);
  const auto transport = catalog::parse_transport(columns.transport);
  if (!transport) return Error{ErrorCode::kInvalidArgument, "its transport is '" + columns.transport + "'", {}};
  grant.transport = *transport;
  Opener opener(sealer, columns.server_name);
  grant.server_url = opener.open(columns.server_url, "server_url").reveal();
  grant.ca_file = columns.ca_file;
  grant.kind = catalog::parse_oauth_grant(columns.grant_kind).value_or(oauth::GrantKind::kAuthorizationCode);
  grant.issuer = oauth::Issuer(columns.issuer);
  grant.token_endpoint = columns.token_endpoint;
  grant.revocation_endpoint = columns.revocation_endpoint;
  grant.client = {columns.client_id, method_of(columns), opener.open(columns.client_secret, "client_secret"),
                  opener.open(columns.private_key, "private_key")};
  grant.redirect_uri = columns.redirect_uri;
  grant.resource = columns.resource;
  grant.scopes = texts_of(columns.scopes);
  grant.tokens.access_token = opener.open(columns.access_token, "access_token");
  grant.tokens.token_type = columns.token_type;
  grant.tokens.refresh_token = opener.open(columns.refresh_token, "refresh_token");
  grant.tokens.scope = columns.scope;
  grant.tokens.expires_at = parse_stored_time(columns.expires_at);
  const bool needs = columns.state == text_of(GrantState::kNeedsAuthorization);
  grant.state = needs ? GrantState::kNeedsAuthorization : GrantState::kActive;
  grant.state_reason = columns.state_reason;
  grant.missing_scopes = texts_of(columns.missing_scopes);
  grant.generation = generation;
  row.refresh_holder = columns.refresh_holder;
  row.refresh_until = parse_stored_time(columns.refresh_until).value_or(SystemTime());
  if (opener.error()) return *opener.error();
  return row;
}

// Runs a SELECT; calls `visit` for each row.
template <typename Visit>
void select(soci::session& session, const std::string& condition, const std::string* argument, Visit visit) {
  Columns columns;
  long long generation = 0;
  soci::statement statement(session);
  columns.for_each([&](const std::string&, std::string& value) { statement.exchange(soci::into(value)); });
  statement.exchange(soci::into(generation));
  if (argument != nullptr) statement.exchange(soci::use(*argument));
  statement.alloc();
  statement.prepare(select_statement(condition));
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch())
    visit(columns, generation);
}

}  // namespace

oauth::Repository::LoadedGrants GrantRows::load() {
  oauth::Repository::LoadedGrants loaded;
  select(session_, " ORDER BY id", nullptr, [&](const Columns& columns, long long generation) {
    auto row = row_of(columns, generation, sealer_);
    if (row) {
      loaded.grants.push_back(std::move(row->grant));
    } else {
      loaded.warnings.push_back("the OAuth grant of server '" + columns.server_name + "': " + row.error().message);
    }
  });
  return loaded;
}

Result<std::optional<GrantRow>> GrantRows::find(const std::string& server) {
  std::optional<Result<GrantRow>> found;
  select(session_, " AND server_name = :server_name", &server,
         [&](const Columns& columns, long long generation) { found.emplace(row_of(columns, generation, sealer_)); });
  if (!found) return std::optional<GrantRow>();
  if (!*found) return with_context(found->error(), "the OAuth grant of server '" + server + "'");
  return std::optional<GrantRow>(std::move(**found));
}

// At least the time, so that a row that was removed and came back does not look like the one before.
std::int64_t GrantRows::next_generation(const std::string& server, SystemTime now) {
  long long generation = 0;
  session_ << "SELECT COALESCE(MAX(generation), 0) FROM " + std::string(kTable) + " WHERE server_name = :server",
      soci::use(server), soci::into(generation);
  const auto time = std::chrono::duration_cast<Millis>(now.time_since_epoch()).count();
  return std::max<std::int64_t>(generation + 1, time);
}

oauth::Grant GrantRows::store(oauth::Grant grant, SystemTime now) {
  grant.generation = next_generation(grant.server.str(), now);
  const std::string stored_now = stored_time(now);
  Columns columns = columns_of(grant, sealer_);
  const long long generation = grant.generation;
  soci::statement statement(session_);
  columns.for_each([&](const std::string&, std::string& value) { statement.exchange(soci::use(value)); });
  statement.exchange(soci::use(generation));
  statement.exchange(soci::use(stored_now));
  statement.alloc();
  statement.prepare(upsert_statement());
  statement.define_and_bind();
  statement.execute(true);
  return grant;
}

void GrantRows::remove(soci::session& session, const std::string& server) {
  session << "DELETE FROM " + std::string(kTable) + " WHERE server_name = :server", soci::use(server);
}

void GrantRows::store_turn(const std::string& server, const std::string& holder, const std::string& until) {
  session_ << "UPDATE " + std::string(kTable) +
                  " SET refresh_holder = :holder, refresh_until = :until WHERE server_name = :server",
      soci::use(holder), soci::use(until), soci::use(server);
}

}  // namespace jungle::store

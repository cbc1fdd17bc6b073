#include "store/session_rows.h"

#include <utility>
#include <vector>

#include <soci/soci.h>

#include "store/stored_time.h"
#include "store/text_list.h"

namespace jungle::store {
namespace {

using oauth::PendingSession;
using oauth::SessionPurpose;

constexpr std::string_view kTable = "upstream_o_auth_pending_sessions";
constexpr std::string_view kAuthorize = "authorize";

// The columns of one row: texts, then numbers.
struct Columns {
  std::string session_id, server_name, transport, server_input, redirect_uri, client_id, client_secret, scopes, state,
      code_verifier, expires_at, initiated_by, purpose, server_url, ca_file, issuer, token_endpoint,
      revocation_endpoint, auth_method, private_key, resource;
  int force = 0;
  int issuer_always_named = 0;

  // Every member with the name of its column and what stands for NULL, in one order.
  template <typename Visit>
  void for_each(Visit visit) {
    visit("session_id", session_id);
    visit("server_name", server_name);
    visit("transport", transport);
    visit("server_input", server_input);
    visit("redirect_uri", redirect_uri);
    visit("client_id", client_id);
    visit("client_secret", client_secret);
    visit("scopes", scopes);
    visit("state", state);
    visit("code_verifier", code_verifier);
    visit("expires_at", expires_at);
    visit("initiated_by", initiated_by);
    visit("purpose", purpose);
    visit("server_url", server_url);
    visit("ca_file", ca_file);
    visit("issuer", issuer);
    visit("token_endpoint", token_endpoint);
    visit("revocation_endpoint", revocation_endpoint);
    visit("auth_method", auth_method);
    visit("private_key", private_key);
    visit("resource", resource);
    visit("force", force);
    visit("issuer_always_named", issuer_always_named);
  }
};

std::string select_statement() {
  std::string names;
  Columns().for_each([&](const std::string& name, const auto& value) {
    const bool is_text = std::is_same_v<std::decay_t<decltype(value)>, std::string>;
    names += (names.empty() ? "COALESCE(" : ", COALESCE(") + name + (is_text ? ", '')" : ", 0)");
  });
  return "SELECT " + names + " FROM " + std::string(kTable) +
         " WHERE deleted_at IS NULL AND token_endpoint IS NOT NULL AND session_id = :id";
}

std::string insert_statement() {
  std::string names;
  std::string values;
  Columns().for_each([&](const std::string& name, const auto&) {
    names += name + ", ";
    values += ":" + name + ", ";
  });
  return "INSERT INTO " + std::string(kTable) + " (" + names + "created_at, updated_at) VALUES (" + values +
         ":now, :now)";
}

Columns columns_of(const PendingSession& pending, const Sealer& sealer) {
  const auto place = [&](std::string_view column) { return SecretPlace{kTable, pending.id, column}; };
  Columns out;
  out.session_id = pending.id;
  out.server_name = pending.server.str();
  out.transport = catalog::text_of(pending.transport);
  out.server_input = sealer.seal_json(pending.server_input, place("server_input"));
  out.redirect_uri = pending.redirect_uri;
  out.client_id = pending.client.id;
  out.client_secret = sealer.seal(pending.client.secret, place("client_secret"));
  out.scopes = json_of(pending.scopes);
  out.state = sealer.seal(pending.state, place("state"));
  out.code_verifier = sealer.seal(pending.code_verifier, place("code_verifier"));
  out.expires_at = stored_time(pending.expires_at);
  out.initiated_by = pending.initiated_by;
  out.purpose = pending.purpose == SessionPurpose::kAuthorize ? kAuthorize : "register";
  out.server_url = sealer.seal(Secret(pending.server_url), place("server_url"));
  out.ca_file = pending.ca_file;
  out.issuer = pending.issuer.str();
  out.token_endpoint = pending.token_endpoint;
  out.revocation_endpoint = pending.revocation_endpoint;
  out.auth_method = oauth::text_of(pending.client.method);
  out.private_key = sealer.seal(pending.client.private_key, place("private_key"));
  out.resource = pending.resource;
  out.force = pending.purpose == SessionPurpose::kReplace ? 1 : 0;
  out.issuer_always_named = pending.issuer_always_named ? 1 : 0;
  return out;
}

SessionPurpose purpose_of(const Columns& columns) {
  if (columns.purpose == kAuthorize) return SessionPurpose::kAuthorize;
  return columns.force != 0 ? SessionPurpose::kReplace : SessionPurpose::kRegister;
}

Result<PendingSession> session_of(const Columns& columns, const Sealer& sealer) {
  PendingSession out;
  const auto transport = catalog::parse_transport(columns.transport);
  if (!transport) return Error{ErrorCode::kInvalidArgument, "its transport is '" + columns.transport + "'", {}};
  const auto place = [&](std::string_view column) { return SecretPlace{kTable, columns.session_id, column}; };
  auto input = sealer.open_json(columns.server_input, place("server_input"));
  if (!input) return input.error();
  Secret server_url;
  const std::vector<std::pair<const std::string*, std::pair<std::string_view, Secret*>>> sealed{
      {&columns.client_secret, {"client_secret", &out.client.secret}},
      {&columns.private_key, {"private_key", &out.client.private_key}},
      {&columns.state, {"state", &out.state}},
      {&columns.code_verifier, {"code_verifier", &out.code_verifier}},
      {&columns.server_url, {"server_url", &server_url}}};
  for (const auto& [stored, into] : sealed) {
    auto secret = sealer.open(*stored, place(into.first));
    if (!secret) return secret.error();
    *into.second = std::move(*secret);
  }
  out.id = columns.session_id;
  out.purpose = purpose_of(columns);
  out.server = catalog::ServerName(columns.server_name);
  out.transport = *transport;
  out.server_url = server_url.reveal();
  out.ca_file = columns.ca_file;
  out.server_input = std::move(*input);
  out.initiated_by = columns.initiated_by;
  out.expires_at = parse_stored_time(columns.expires_at).value_or(SystemTime());
  out.redirect_uri = columns.redirect_uri;
  out.issuer = oauth::Issuer(columns.issuer);
  out.issuer_always_named = columns.issuer_always_named != 0;
  out.token_endpoint = columns.token_endpoint;
  out.revocation_endpoint = columns.revocation_endpoint;
  out.client.id = columns.client_id;
  out.client.method = oauth::parse_client_auth_method(columns.auth_method).value_or(oauth::ClientAuthMethod::kNone);
  out.resource = columns.resource;
  out.scopes = texts_of(columns.scopes);
  return out;
}

}  // namespace

Result<std::optional<PendingSession>> SessionRows::find(const std::string& id) {
  Columns columns;
  soci::statement statement(session_);
  columns.for_each([&](const std::string&, auto& value) { statement.exchange(soci::into(value)); });
  statement.exchange(soci::use(id));
  statement.alloc();
  statement.prepare(select_statement());
  statement.define_and_bind();
  if (!statement.execute(true)) return std::optional<PendingSession>();
  auto pending = session_of(columns, sealer_);
  if (!pending) return with_context(pending.error(), "the pending OAuth session");
  return std::optional<PendingSession>(std::move(*pending));
}

void SessionRows::store(const PendingSession& pending, SystemTime now) {
  session_ << "DELETE FROM " + std::string(kTable) + " WHERE server_name = :server", soci::use(pending.server.str());
  Columns columns = columns_of(pending, sealer_);
  const std::string stored_now = stored_time(now);
  soci::statement statement(session_);
  columns.for_each([&](const std::string&, auto& value) { statement.exchange(soci::use(value)); });
  statement.exchange(soci::use(stored_now));
  statement.alloc();
  statement.prepare(insert_statement());
  statement.define_and_bind();
  statement.execute(true);
}

void SessionRows::remove(const std::string& id) {
  session_ << "DELETE FROM " + std::string(kTable) + " WHERE session_id = :id", soci::use(id);
}

// The times are text with offsets of their own: they are compared here.
std::int64_t SessionRows::sweep(SystemTime end) {
  std::vector<long long> ended;
  long long id = 0;
  std::string expires_at;
  soci::statement statement = (session_.prepare << "SELECT id, COALESCE(expires_at, '') FROM " + std::string(kTable),
                               soci::into(id), soci::into(expires_at));
  statement.execute();
  while (statement.fetch()) {
    const auto time = parse_stored_time(expires_at);
    if (!time || *time < end) ended.push_back(id);
  }
  for (const long long each : ended)
    session_ << "DELETE FROM " + std::string(kTable) + " WHERE id = :id", soci::use(each);
  return static_cast<std::int64_t>(ended.size());
}

}  // namespace jungle::store

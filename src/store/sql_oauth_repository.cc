#include "store/sql_oauth_repository.h"

#include <utility>

#include <soci/soci.h>

#include "store/grant_rows.h"
#include "store/session_rows.h"
#include "store/stored_time.h"
#include "store/text_list.h"

namespace jungle::store {
namespace {

using oauth::Grant;
using oauth::PendingSession;
using oauth::RefreshTurn;
using oauth::RegisteredClient;

constexpr std::string_view kClients = "upstream_o_auth_clients";

// What identifies a client. No issuer and no redirect URI has a space.
std::string name_of(const oauth::Issuer& issuer, const std::string& redirect_uri) {
  return issuer.str() + " " + redirect_uri;
}

Result<RefreshTurn> take_turn(GrantRows& rows, const oauth::Repository::RefreshWish& wish) {
  auto found = rows.find(wish.server.str());
  if (!found) return found.error();
  RefreshTurn turn;
  if (!*found) return turn;
  GrantRow& row = **found;
  if (row.grant.generation != wish.generation) {
    turn.kind = RefreshTurn::Kind::kChanged;
    turn.grant = std::move(row.grant);
    return turn;
  }
  if (!row.refresh_holder.empty() && row.refresh_holder != wish.holder && row.refresh_until > wish.now) {
    turn.kind = RefreshTurn::Kind::kTaken;
    turn.taken_until = row.refresh_until;
    return turn;
  }
  rows.store_turn(wish.server.str(), wish.holder, stored_time(wish.until));
  turn.kind = RefreshTurn::Kind::kOurs;
  turn.grant = std::move(row.grant);
  return turn;
}

}  // namespace

Task<Result<oauth::Repository::LoadedGrants>> SqlOAuthRepository::load_grants() {
  auto work = [&](soci::session& session) -> Result<LoadedGrants> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    return GrantRows(session, *sealer).load();
  };
  co_return co_await database_.read(work);
}

Task<Result<std::optional<Grant>>> SqlOAuthRepository::find_grant(catalog::ServerName server) {
  auto work = [&](soci::session& session) -> Result<std::optional<Grant>> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    auto row = GrantRows(session, *sealer).find(server.str());
    if (!row) return row.error();
    if (!*row) return std::optional<Grant>();
    return std::optional<Grant>(std::move((*row)->grant));
  };
  co_return co_await database_.read(work);
}

Task<Result<Grant>> SqlOAuthRepository::store_grant(Grant grant) {
  const SystemTime now = time_.system_now();
  auto work = [&](soci::session& session) -> Result<Grant> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    return GrantRows(session, *sealer).store(std::move(grant), now);
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlOAuthRepository::remove_grant(catalog::ServerName server) {
  auto work = [&](soci::session& session) -> Result<void> {
    GrantRows::remove(session, server.str());
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<std::optional<Grant>>> SqlOAuthRepository::store_state(Grant grant) {
  const SystemTime now = time_.system_now();
  auto work = [&](soci::session& session) -> Result<std::optional<Grant>> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    GrantRows rows(session, *sealer);
    auto row = rows.find(grant.server.str());
    if (!row) return row.error();
    if (!*row) return std::optional<Grant>();
    Grant stored = std::move((*row)->grant);
    if (stored.generation != grant.generation) return std::optional<Grant>(std::move(stored));
    stored.state = grant.state;
    stored.state_reason = std::move(grant.state_reason);
    stored.missing_scopes = std::move(grant.missing_scopes);
    return std::optional<Grant>(rows.store(std::move(stored), now));
  };
  co_return co_await database_.write(work);
}

Task<Result<RefreshTurn>> SqlOAuthRepository::begin_refresh(RefreshWish wish) {
  auto work = [&](soci::session& session) -> Result<RefreshTurn> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    GrantRows rows(session, *sealer);
    return take_turn(rows, wish);
  };
  co_return co_await database_.write(work);
}

Task<Result<std::optional<Grant>>> SqlOAuthRepository::finish_refresh(Grant grant, std::string holder) {
  const SystemTime now = time_.system_now();
  auto work = [&](soci::session& session) -> Result<std::optional<Grant>> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    GrantRows rows(session, *sealer);
    auto row = rows.find(grant.server.str());
    if (!row) return row.error();
    const bool is_ours = *row && (*row)->grant.generation == grant.generation && (*row)->refresh_holder == holder;
    if (!is_ours) return std::optional<Grant>();
    return std::optional<Grant>(rows.store(std::move(grant), now));
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlOAuthRepository::abandon_refresh(catalog::ServerName server, std::string holder) {
  auto work = [&](soci::session& session) -> Result<void> {
    session << "UPDATE upstream_o_auth_tokens SET refresh_holder = '' WHERE server_name = :server AND "
               "refresh_holder = :holder",
        soci::use(server.str()), soci::use(holder);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<std::optional<RegisteredClient>>> SqlOAuthRepository::find_client(oauth::Issuer issuer,
                                                                              std::string redirect_uri) {
  auto work = [&](soci::session& session) -> Result<std::optional<RegisteredClient>> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    const std::string name = name_of(issuer, redirect_uri);
    std::string id, stored_secret, method, scopes, expires_at;
    session << "SELECT client_id, COALESCE(client_secret, ''), auth_method, COALESCE(scopes, '[]'), "
               "COALESCE(secret_expires_at, '') FROM upstream_o_auth_clients WHERE name = :name",
        soci::use(name), soci::into(id), soci::into(stored_secret), soci::into(method), soci::into(scopes),
        soci::into(expires_at);
    if (!session.got_data()) return std::optional<RegisteredClient>();
    auto secret = sealer->open(stored_secret, SecretPlace{kClients, name, "client_secret"});
    if (!secret) return secret.error();
    RegisteredClient client;
    client.issuer = issuer;
    client.redirect_uri = redirect_uri;
    client.identity.id = id;
    client.identity.method = oauth::parse_client_auth_method(method).value_or(oauth::ClientAuthMethod::kNone);
    client.identity.secret = std::move(*secret);
    client.scopes = texts_of(scopes);
    client.secret_expires_at = parse_stored_time(expires_at);
    return std::optional<RegisteredClient>(std::move(client));
  };
  co_return co_await database_.read(work);
}

Task<Result<void>> SqlOAuthRepository::store_client(RegisteredClient client) {
  const std::string now = stored_time(time_.system_now());
  auto work = [&](soci::session& session) -> Result<void> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    const std::string name = name_of(client.issuer, client.redirect_uri);
    const std::string secret = sealer->seal(client.identity.secret, SecretPlace{kClients, name, "client_secret"});
    const std::string method(oauth::text_of(client.identity.method));
    const std::string scopes = json_of(client.scopes);
    const std::string expires_at = client.secret_expires_at ? stored_time(*client.secret_expires_at) : std::string();
    session << "DELETE FROM upstream_o_auth_clients WHERE name = :name", soci::use(name);
    session << "INSERT INTO upstream_o_auth_clients (created_at, updated_at, name, issuer, redirect_uri, client_id, "
               "client_secret, auth_method, scopes, secret_expires_at) VALUES (:now, :now, :name, :issuer, "
               ":redirect_uri, :client_id, :client_secret, :auth_method, :scopes, NULLIF(:secret_expires_at, ''))",
        soci::use(now), soci::use(name), soci::use(client.issuer.str()), soci::use(client.redirect_uri),
        soci::use(client.identity.id), soci::use(secret), soci::use(method), soci::use(scopes), soci::use(expires_at);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlOAuthRepository::remove_client(oauth::Issuer issuer, std::string client_id) {
  auto work = [&](soci::session& session) -> Result<void> {
    session << "DELETE FROM upstream_o_auth_clients WHERE issuer = :issuer AND client_id = :client_id",
        soci::use(issuer.str()), soci::use(client_id);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<void>> SqlOAuthRepository::store_session(PendingSession pending) {
  const SystemTime now = time_.system_now();
  auto work = [&](soci::session& session) -> Result<void> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    SessionRows(session, *sealer).store(pending, now);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<std::optional<PendingSession>>> SqlOAuthRepository::find_session(std::string id) {
  auto work = [&](soci::session& session) -> Result<std::optional<PendingSession>> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    return SessionRows(session, *sealer).find(id);
  };
  co_return co_await database_.read(work);
}

Task<Result<void>> SqlOAuthRepository::remove_session(std::string id) {
  auto work = [&](soci::session& session) -> Result<void> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    SessionRows(session, *sealer).remove(id);
    return {};
  };
  co_return co_await database_.write(work);
}

Task<Result<std::int64_t>> SqlOAuthRepository::sweep_sessions(SystemTime now) {
  auto work = [&](soci::session& session) -> Result<std::int64_t> {
    const auto sealer = sealing_.sealer(session);
    if (!sealer) return sealer.error();
    return SessionRows(session, *sealer).sweep(now);
  };
  co_return co_await database_.write(work);
}

}  // namespace jungle::store

#include "oauth/authorization_flow.h"

#include <utility>

#include "base/reservation.h"
#include "crypto/pkce.h"
#include "crypto/random_token.h"
#include "oauth/authorization_request.h"
#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

constexpr std::size_t kSessionIdBytes = 32;

Error in_use() { return {ErrorCode::kConflict, "upstream OAuth session is being completed by another request", {}}; }

std::vector<std::string> scopes_of(const GrantWish& wish) {
  ScopeSources sources;
  sources.configured = wish.spec.oauth_scopes;
  if (wish.challenge) sources.challenged = wish.challenge->scopes;
  sources.of_resource = wish.found.scopes_supported;
  sources.of_server = wish.found.server.scopes_supported;
  sources.of_profile = wish.found.profile.scopes;
  sources.kind = wish.spec.oauth_grant;
  if (wish.previous) {
    sources.asked_before = wish.previous->scopes;
    sources.missing = wish.previous->missing_scopes;
  }
  return choose_scopes(sources);
}

// What a grant has from the wish for it.
Grant grant_of(const GrantWish& wish, ClientIdentity client, std::vector<std::string> scopes) {
  Grant grant;
  grant.server = wish.spec.name;
  grant.transport = wish.spec.transport;
  grant.server_url = wish.spec.url;
  grant.ca_file = wish.spec.ca_file;
  grant.kind = wish.spec.oauth_grant;
  grant.issuer = wish.found.server.issuer;
  grant.token_endpoint = wish.found.server.token_endpoint;
  grant.revocation_endpoint = wish.found.server.revocation_endpoint;
  grant.client = std::move(client);
  grant.redirect_uri = wish.redirect_uri;
  grant.resource = wish.found.resource;
  grant.scopes = std::move(scopes);
  return grant;
}

Grant grant_of(const PendingSession& session) {
  Grant grant;
  grant.server = session.server;
  grant.transport = session.transport;
  grant.server_url = session.server_url;
  grant.ca_file = session.ca_file;
  grant.issuer = session.issuer;
  grant.token_endpoint = session.token_endpoint;
  grant.revocation_endpoint = session.revocation_endpoint;
  grant.client = session.client;
  grant.redirect_uri = session.redirect_uri;
  grant.resource = session.resource;
  grant.scopes = session.scopes;
  return grant;
}

}  // namespace

Task<Result<AuthorizationRequired>> AuthorizationFlow::begin(GrantWish wish) {
  const AuthorizationServer& server = wish.found.server;
  if (auto checked = check_redirect_uri(wish.redirect_uri); !checked) co_return checked.error();
  const S256 assumption = wish.spec.oauth_assume_s256 ? S256::kIsAssumed : S256::kMustBeSaid;
  if (auto checked = check_pkce(server, assumption); !checked) co_return checked.error();
  if (server.authorization_endpoint.empty()) {
    co_return Error{ErrorCode::kUpstreamRejected,
                    "the authorization server '" + server.issuer.str() + "' has no authorization_endpoint",
                    {}};
  }
  const std::vector<std::string> scopes = scopes_of(wish);
  const ClientWish client_wish{wish.spec, wish.found, wish.redirect_uri, scopes};
  auto client = co_await clients_.identify(client_wish);
  if (!client) co_return client.error();

  PendingSession session;
  session.id = random_hex(random_, kSessionIdBytes);
  session.purpose = wish.purpose;
  session.server = wish.spec.name;
  session.transport = wish.spec.transport;
  session.server_url = wish.spec.url;
  session.ca_file = wish.spec.ca_file;
  session.server_input = std::move(wish.server_input);
  session.initiated_by = std::move(wish.initiated_by);
  session.expires_at = time_.system_now() + kSessionTime;
  session.state = Secret(crypto::random_token(random_));
  session.code_verifier = crypto::code_verifier(random_);
  session.redirect_uri = wish.redirect_uri;
  session.issuer = server.issuer;
  session.issuer_always_named = server.names_issuer;
  session.token_endpoint = server.token_endpoint;
  session.revocation_endpoint = server.revocation_endpoint;
  session.client = *client;
  session.resource = wish.found.resource;
  session.scopes = scopes;
  const AuthorizationRequest request{server.authorization_endpoint,
                                     client->id,
                                     wish.redirect_uri,
                                     scopes,
                                     session.state.reveal(),
                                     crypto::code_challenge(session.code_verifier),
                                     wish.found.resource};
  AuthorizationRequired required{session.id, authorization_url(request), session.expires_at};
  auto stored = co_await repository_.store_session(std::move(session));
  if (!stored) co_return stored.error();
  co_return required;
}

Task<Result<Grant>> AuthorizationFlow::ask_with_client_credentials(GrantWish wish) {
  const std::vector<std::string> scopes = scopes_of(wish);
  const ClientWish client_wish{wish.spec, wish.found, wish.redirect_uri, scopes};
  auto client = co_await clients_.identify(client_wish);
  if (!client) co_return client.error();
  Grant grant = grant_of(wish, std::move(*client), scopes);
  TokenTarget target = token_target_of(grant);
  auto tokens = co_await tokens_.client_credentials(std::move(target), scopes);
  if (!tokens) co_return with_context(tokens.error().cause, "failed to get an OAuth token with client credentials");
  grant.tokens = std::move(*tokens);
  co_return grant;
}

Task<Result<Redeemed>> AuthorizationFlow::redeem(std::string session_id, AuthorizationResponse response) {
  if (session_id.empty() || response.code.empty() || response.state.empty()) {
    co_return Error{ErrorCode::kInvalidArgument, "session_id, code and state are required: invalid user input", {}};
  }
  auto session = co_await repository_.find_session(session_id);
  if (!session) co_return session.error();
  if (!*session) co_return Error{ErrorCode::kNotFound, "upstream OAuth session not found: not found", {}};
  if (auto checked = check_response(**session, response, time_.system_now()); !checked) co_return checked.error();
  if (const auto kept = redeemed_.find(session_id); kept != redeemed_.end())
    co_return Redeemed{std::move(**session), kept->second.grant};
  const Reservation reservation(redeeming_, session_id);
  if (!reservation.is_ours()) co_return in_use();
  co_return co_await exchange(std::move(**session), std::move(response));
}

Task<Result<Redeemed>> AuthorizationFlow::exchange(PendingSession session, AuthorizationResponse response) {
  Grant grant = grant_of(session);
  TokenTarget target = token_target_of(grant);
  TokenEndpoint::Code code{std::move(response.code), session.code_verifier, session.redirect_uri};
  auto tokens = co_await tokens_.exchange_code(std::move(target), std::move(code));
  if (!tokens) {
    const TokenFailure& failure = tokens.error();
    if (failure.kind == TokenFailure::Kind::kInvalidClient) {
      auto forgotten = co_await repository_.remove_client(session.issuer, session.client.id);
      if (!forgotten) co_return forgotten.error();
    }
    co_return with_context(failure.cause, "failed to exchange OAuth authorization code for token");
  }
  grant.tokens = std::move(*tokens);
  redeemed_.insert_or_assign(session.id, Kept{grant, session.expires_at});
  co_return Redeemed{std::move(session), std::move(grant)};
}

Task<Result<void>> AuthorizationFlow::close(std::string session_id) {
  redeemed_.erase(session_id);
  co_return co_await repository_.remove_session(std::move(session_id));
}

Task<Result<void>> AuthorizationFlow::sweep() {
  const SystemTime now = time_.system_now();
  std::erase_if(redeemed_, [&](const auto& each) { return each.second.until <= now; });
  auto swept = co_await repository_.sweep_sessions(now - kSessionMemory);
  if (!swept) co_return swept.error();
  co_return Result<void>();
}

}  // namespace jungle::oauth

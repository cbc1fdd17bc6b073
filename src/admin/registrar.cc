#include "admin/registrar.h"

#include <utility>

#include <boost/asio/this_coro.hpp>

#include "admin/server_mapping.h"
#include "admin_api/register_input.h"
#include "base/reservation.h"
#include "catalog/listing_difference.h"

namespace jungle::admin {
namespace {

using catalog::ServerSpec;
using oauth::Grant;
using oauth::SessionPurpose;

// As Catalog::add says it; the database's own words are part of it since scripts look for UNIQUE.
Error already_exists(const std::string& name) {
  return {ErrorCode::kConflict,
          "failed to register mcp server: MCP server " + name +
              " already exists: deregister it first, or register with force to replace it (UNIQUE constraint failed: "
              "mcp_servers.name)",
          {}};
}

Error in_progress(const std::string& name) {
  return {ErrorCode::kConflict,
          "failed to register mcp server: another registration of MCP server " + name +
              " is in progress; try again when it has ended",
          {}};
}

Error not_found(const std::string& name) {
  return {ErrorCode::kNotFound, "MCP server " + name + " not found: not found", {}};
}

Error bad_input(const std::string& name, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "MCP server " + name + ": " + why, {}};
}

// HTTP 401 at registration. Which credential a server wants is for the person who registers it to say.
Error as_wrong_input(Error error) {
  if (error.code == ErrorCode::kUnauthenticated) error.code = ErrorCode::kInvalidArgument;
  return error;
}

// What an authorization server did wrong is no mistake of who asked us.
Error as_peer_error(Error error) {
  const bool is_theirs = error.code == ErrorCode::kPermissionDenied || error.code == ErrorCode::kUnauthenticated ||
                         error.code == ErrorCode::kLimitExceeded;
  if (is_theirs) error.code = ErrorCode::kUpstreamRejected;
  return error;
}

// A client that was registered by hand is known to its own authorization server only (MCP 2026-07-28
// basic/authorization "Authorization Server Binding").
Result<void> check_issuer(const oauth::GrantWish& wish) {
  if (wish.spec.oauth_client_id.empty() || !wish.previous || wish.previous->issuer.empty()) return {};
  const std::string& known = wish.previous->issuer.str();
  if (known == wish.found.server.issuer.str()) return {};
  return Error{ErrorCode::kUpstreamRejected,
               "MCP server " + wish.spec.name.str() + " has moved from the authorization server '" + known + "' to '" +
                   wish.found.server.issuer.str() +
                   "', which does not know its oauth_client_id: register it with force and a client of the new one",
               {}};
}

bool may_use_oauth(const ServerSpec& spec) {
  return spec.transport != catalog::Transport::kStdio && !catalog::has_static_credential(spec);
}

// A server that refuses us and may take a token: a person has to get one.
Error with_remedy(Error error, const ServerSpec& spec) {
  const std::string command = "`mcpjungle authorize " + spec.name.str() + "`";
  const bool is_remediable = error.code == ErrorCode::kUnauthenticated && may_use_oauth(spec);
  if (is_remediable && error.message.find(command) == std::string::npos)
    error.message += "; if it takes OAuth, run " + command;
  return error;
}

oauth::DiscoveryQuestion question_of(const oauth::GrantWish& wish, http::Url url) {
  oauth::DiscoveryQuestion question{.server = std::move(url), .challenge = wish.challenge, .issuer = {}};
  question.issuer = wish.spec.oauth_issuer;
  question.ca_file = wish.spec.ca_file;
  // A person authorizes again because something has changed.
  if (wish.purpose == SessionPurpose::kAuthorize) question.freshness = oauth::Freshness::kFetchAnew;
  return question;
}

oauth::GrantWish wish_for(const ServerSpec& spec, SessionPurpose purpose, std::string redirect_uri) {
  oauth::GrantWish wish;
  wish.purpose = purpose;
  wish.spec = spec;
  wish.redirect_uri = std::move(redirect_uri);
  wish.server_input = Secret(
      purpose == SessionPurpose::kAuthorize ? std::string("{}") : admin_api::render(input_of(spec, Secrets::kShown)));
  return wish;
}

Registered done(std::shared_ptr<const catalog::ServerEntry> entry) {
  Registered registered;
  registered.entry = std::move(entry);
  return registered;
}

}  // namespace

std::shared_ptr<const catalog::ServerEntry> Registrar::find(const std::string& name) const {
  return catalog_.published().load()->find_server(name);
}

Task<Result<Registered>> Registrar::register_server(ServerSpec spec, Force force) {
  const std::string name = spec.name.str();
  if (force == Force::kNo && find(name)) co_return already_exists(name);
  const Reservation reservation(busy_, name);
  if (!reservation.is_ours()) co_return in_progress(name);

  upstream::Attempt attempt;
  auto discovery = co_await discoverer_.discover(spec, attempt);
  if (discovery) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return co_await store(std::move(spec), std::move(*discovery), force, std::nullopt);
  }
  const Error& error = discovery.error();
  if (error.code != ErrorCode::kUnauthenticated || !may_use_oauth(spec)) co_return as_wrong_input(error);
  const SessionPurpose purpose = force == Force::kYes ? SessionPurpose::kReplace : SessionPurpose::kRegister;
  oauth::GrantWish wish = wish_for(spec, purpose, spec.oauth_redirect_uri);
  co_return co_await ask_for_grant(std::move(wish), std::move(attempt), error, force);
}

Task<Result<Registered>> Registrar::ask_for_grant(oauth::GrantWish wish, upstream::Attempt attempt, Error refusal,
                                                  Force force) {
  const std::string name = wish.spec.name.str();
  auto url = http::Url::parse(wish.spec.url);
  if (!url) co_return url.error();
  if (attempt.refusal) wish.challenge = oauth::bearer_challenge_of(attempt.refusal->challenges);
  oauth::DiscoveryQuestion question = question_of(wish, std::move(*url));
  auto found = co_await authorization_servers_.discover(std::move(question));
  if (!found) {
    co_return with_context(as_peer_error(found.error()), "MCP server " + name +
                                                             " requires authorization (HTTP 401), but finding its "
                                                             "authorization server failed");
  }
  if (!*found) co_return as_wrong_input(refusal);
  wish.found = std::move(**found);
  if (auto checked = check_issuer(wish); !checked) co_return checked.error();
  if (wish.spec.oauth_grant == oauth::GrantKind::kClientCredentials) {
    ServerSpec spec = wish.spec;
    auto grant = co_await flow_.ask_with_client_credentials(std::move(wish));
    if (!grant) co_return with_context(as_peer_error(grant.error()), "MCP server " + name);
    co_return co_await store_with(std::move(spec), force, std::move(*grant));
  }
  Registered registered;
  registered.kind = Registered::Kind::kRedirectUriRequired;
  if (wish.redirect_uri.empty()) co_return registered;
  auto required = co_await flow_.begin(std::move(wish));
  if (!required) co_return as_peer_error(required.error());
  registered.kind = Registered::Kind::kAuthorizationRequired;
  registered.required = std::move(*required);
  co_return registered;
}

Task<Result<Registered>> Registrar::authorize(catalog::ServerName name, std::string redirect_uri) {
  const auto entry = find(name.str());
  if (!entry) co_return not_found(name.str());
  const Reservation reservation(busy_, name.str());
  if (!reservation.is_ours()) co_return in_progress(name.str());
  const ServerSpec& spec = entry->spec;
  if (!may_use_oauth(spec)) {
    co_return bad_input(name.str(), spec.transport == catalog::Transport::kStdio
                                        ? "a stdio server has no OAuth: it gets its credentials by env"
                                        : "it has a static credential, which is not replaced by OAuth: register it "
                                          "with force and without bearer_token and headers that are one");
  }
  upstream::Attempt attempt;
  auto discovery = co_await discoverer_.discover(spec, attempt);
  // Some servers show their tools to everybody and ask for authorization when one is called.
  const Error error = discovery ? bad_input(name.str(), "it does not ask for authorization") : discovery.error();
  if (!discovery && error.code != ErrorCode::kUnauthenticated) co_return error;
  if (redirect_uri.empty()) redirect_uri = spec.oauth_redirect_uri;
  oauth::GrantWish wish = wish_for(spec, SessionPurpose::kAuthorize, std::move(redirect_uri));
  auto previous = co_await grants_.find_grant(std::move(name));
  if (!previous) {
    log_.warn("a stored OAuth grant cannot be read; a new one takes its place",
              {{"server", spec.name.str()}, {"why", previous.error().message}});
  } else {
    wish.previous = std::move(*previous);
  }
  auto registered = co_await ask_for_grant(std::move(wish), std::move(attempt), error, Force::kYes);
  if (registered) registered->is_reauthorization = true;
  co_return registered;
}

Task<Result<Registered>> Registrar::complete(std::string session_id, oauth::AuthorizationResponse response) {
  // A code that was sent is used up: what comes of it must not be lost with the caller.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto redeemed = co_await flow_.redeem(session_id, std::move(response));
  if (!redeemed) co_return as_peer_error(redeemed.error());
  const std::string name = redeemed->session.server.str();
  const Reservation reservation(busy_, name);
  if (!reservation.is_ours()) co_return in_progress(name);
  const bool is_new = redeemed->session.purpose != SessionPurpose::kAuthorize;
  auto work = is_new ? complete_registration(std::move(*redeemed)) : complete_authorization(std::move(*redeemed));
  auto registered = co_await std::move(work);
  if (!registered) co_return registered;
  auto closed = co_await flow_.close(std::move(session_id));
  if (!closed) log_.warn("a pending OAuth session that is over stays until it is swept", {{"server", name}});
  co_return registered;
}

Task<Result<Registered>> Registrar::complete_registration(oauth::Redeemed redeemed) {
  const Force force = redeemed.session.purpose == SessionPurpose::kReplace ? Force::kYes : Force::kNo;
  const std::string name = redeemed.session.server.str();
  if (force == Force::kNo && find(name)) co_return already_exists(name);
  auto input = admin_api::parse_register_input(redeemed.session.server_input.reveal());
  if (!input) co_return with_context(input.error(), "the pending registration cannot be read");
  auto spec = spec_of(*input);
  if (!spec) co_return spec.error();
  co_return co_await store_with(std::move(*spec), force, std::move(redeemed.grant));
}

Task<Result<Registered>> Registrar::complete_authorization(oauth::Redeemed redeemed) {
  const auto entry = find(redeemed.session.server.str());
  if (!entry) co_return not_found(redeemed.session.server.str());
  const std::string name = entry->spec.name.str();
  if (entry->spec.url != redeemed.session.server_url) {
    co_return Error{ErrorCode::kConflict,
                    "MCP server " + name + " was replaced while the authorization waited: authorize it again",
                    {}};
  }
  ServerSpec spec = entry->spec;
  auto discovery = co_await discover_with(spec, redeemed.grant);
  Registered registered = done(entry);
  if (discovery) {
    auto stored = co_await store(std::move(spec), std::move(*discovery), Force::kYes, std::move(redeemed.grant));
    if (!stored) co_return stored;
    registered = std::move(*stored);
  } else {
    const ErrorCode code = discovery.error().code;
    if (code == ErrorCode::kInvalidArgument || code == ErrorCode::kPermissionDenied) co_return discovery.error();
    // The grant is good as far as we know; that the server is down is another matter.
    auto put = co_await put_grant(entry->spec.name, std::move(redeemed.grant));
    if (!put) co_return put.error();
    log_.warn("authorized, but the server could not be asked what it offers: everything stays as it was",
              {{"server", name}, {"why", discovery.error().message}});
  }
  log_.info("authorized anew", {{"server", name}});
  registered.is_reauthorization = true;
  co_return registered;
}

Task<Result<Registrar::Entry>> Registrar::relist(catalog::ServerName name) {
  const Entry known = find(name.str());
  if (!known) co_return not_found(name.str());
  const Reservation reservation(busy_, name.str());
  if (!reservation.is_ours()) co_return in_progress(name.str());
  upstream::Attempt attempt;
  if (may_use_oauth(known->spec)) attempt.tokens = tokens_.source_of(name);
  auto discovery = co_await discoverer_.discover(known->spec, attempt);
  if (!discovery) co_return with_remedy(discovery.error(), known->spec);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto entry = co_await catalog_.refresh(known, std::move(*discovery));
  if (entry) {
    const bool is_same = catalog::offers_the_same(*known, **entry);
    const telemetry::LogFields fields{{"server", name.str()}, {"tools", (*entry)->tools.size()}};
    is_same ? log_.debug("listed anew: nothing has changed", fields) : log_.info("listed anew", fields);
  }
  co_return entry;
}

Task<Result<catalog::Discovery>> Registrar::discover_with(const ServerSpec& spec, const Grant& grant) {
  upstream::Attempt attempt;
  attempt.access_token = grant.tokens.access_token;
  auto discovery = co_await discoverer_.discover(spec, attempt);
  if (discovery || !attempt.refusal) co_return discovery;
  std::string why = "it refused the token that '" + grant.issuer.str() + "' had just given";
  const auto challenge = oauth::bearer_challenge_of(attempt.refusal->challenges);
  if (challenge && !challenge->scopes.empty()) {
    why += "; it wants the scopes " + oauth::joined_scopes(challenge->scopes) + ": name them in oauth_scopes";
  }
  co_return bad_input(spec.name.str(), why + " (" + discovery.error().message + ")");
}

Task<Result<Registered>> Registrar::store_with(ServerSpec spec, Force force, Grant grant) {
  auto discovery = co_await discover_with(spec, grant);
  if (!discovery) co_return discovery.error();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await store(std::move(spec), std::move(*discovery), force, std::move(grant));
}

// The grant goes first: a server in the catalog is called. Should the catalog then refuse, the old one comes back.
Task<Result<Registered>> Registrar::store(ServerSpec spec, catalog::Discovery discovery, Force force,
                                          std::optional<Grant> grant) {
  const catalog::ServerName name = spec.name;
  auto previous = co_await grants_.find_grant(name);
  std::optional<Grant> former;
  if (previous) former = std::move(*previous);
  if (grant) {
    auto put = co_await put_grant(name, std::move(grant));
    if (!put) co_return put.error();
    auto entry = co_await change_catalog(std::move(spec), std::move(discovery), force);
    if (entry) co_return done(std::move(*entry));
    auto restored = co_await put_grant(name, std::move(former));
    if (!restored) log_.error("an OAuth grant could not be put back", {{"server", name.str()}});
    co_return entry.error();
  }
  auto entry = co_await change_catalog(std::move(spec), std::move(discovery), force);
  if (!entry) co_return entry.error();
  if (former || !previous) {
    // The server asks for no authorization any more, or has another credential.
    auto dropped = co_await put_grant(name, std::nullopt);
    if (!dropped) log_.error("an OAuth grant that is of no use could not be removed", {{"server", name.str()}});
  }
  co_return done(std::move(*entry));
}

Task<Result<Registrar::Entry>> Registrar::change_catalog(ServerSpec spec, catalog::Discovery discovery, Force force) {
  const std::string name = spec.name.str();
  auto change = force == Force::kYes ? catalog_.replace(std::move(spec), std::move(discovery))
                                     : catalog_.add(std::move(spec), std::move(discovery));
  auto entry = co_await std::move(change);
  if (!entry) co_return with_context(entry.error(), "failed to register mcp server");
  const catalog::ServerEntry& server = **entry;
  for (const std::string& warning : server.warnings)
    log_.warn("registered, with something set aside", {{"server", name}, {"what", warning}});
  if (catalog::overrides_bearer_token(server.spec))
    log_.info("the Authorization header of headers is sent instead of bearer_token", {{"server", name}});
  log_.info("registered", {{"server", name},
                           {"tools", server.tools.size()},
                           {"prompts", server.prompts.size()},
                           {"resources", server.resources.size()}});
  co_return entry;
}

Task<Result<void>> Registrar::load_grants() {
  oauth::TokenManager::IsRegistered is_registered = [this](const catalog::ServerName& name) {
    return find(name.str()) != nullptr;
  };
  co_return co_await tokens_.load(std::move(is_registered));
}

Task<Result<void>> Registrar::put_grant(catalog::ServerName name, std::optional<Grant> grant) {
  auto change = grant ? tokens_.accept(std::move(*grant)) : tokens_.drop(std::move(name));
  co_return co_await std::move(change);
}

}  // namespace jungle::admin

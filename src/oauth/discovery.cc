#include "oauth/discovery.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/with_deadline.h"
#include "mcp/revision.h"
#include "oauth/limits.h"
#include "oauth/peer_url.h"
#include "oauth/peer_words.h"
#include "oauth/well_known.h"

namespace jungle::oauth {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_json(const FetchAnswer& answer) {
  return answer.content_type.find("json") != std::string::npos || trimmed(answer.body).starts_with('{');
}

Error unavailable(const http::Url& url, int status) {
  return {ErrorCode::kUnavailable, url.origin() + " answered HTTP " + std::to_string(status) + " for " + url.str(), {}};
}

Error bad_redirect(const http::Url& url, std::string_view why) {
  return {ErrorCode::kPermissionDenied, url.str() + " redirects " + std::string(why), {}};
}

FetchRequest metadata_request(http::Url url, const DiscoveryQuestion& question) {
  FetchRequest request{.url = std::move(url), .server_url = question.server.str(), .ca_file = question.ca_file};
  request.headers = {{"Accept", "application/json"},
                     {"MCP-Protocol-Version", std::string(mcp::text_of(mcp::kNewestModern))}};
  return request;
}

// A document that was fetched with the trust of one registration is not for others.
std::string cache_key(const std::string& url, const DiscoveryQuestion& question) {
  return question.ca_file.empty() ? url : url + ' ' + question.ca_file;
}

std::string host_of(const std::string& url) {
  const auto parsed = http::Url::parse(url);
  return parsed ? parsed->host() : std::string();
}

// MCP 2025-03-26 "Fallbacks for Servers without Metadata Discovery". That revision wants PKCE of every server.
AuthorizationServer default_endpoints(const http::Url& server) {
  AuthorizationServer out;
  out.issuer = Issuer(server.origin());
  out.authorization_endpoint = server.origin() + "/authorize";
  out.token_endpoint = server.origin() + "/token";
  out.registration_endpoint = server.origin() + "/register";
  out.code_challenge_methods = std::vector<std::string>{"S256"};
  out.token_endpoint_auth_methods =
      std::vector<ClientAuthMethod>{ClientAuthMethod::kNone, ClientAuthMethod::kClientSecretPost};
  return out;
}

// What MCP 2025-03-26 calls the issuer: the origin. Servers write it with or without the slash of its path.
std::vector<std::string> legacy_issuers(const http::Url& server) {
  const std::string written = written_origin(server);
  return {server.origin(), server.origin() + "/", written, written + "/", canonical_resource(server)};
}

}  // namespace

std::string canonical_resource(const http::Url& server) { return server.origin() + path_without_slash(server); }

Task<Result<std::optional<Discovered>>> Discovery::discover(DiscoveryQuestion question) {
  auto work = run_discover(std::move(question));
  auto found = co_await with_deadline(time_, time_.steady_now() + kDiscoveryTime, std::move(work));
  if (!found && found.error().code == ErrorCode::kDeadlineExceeded) {
    co_return Error{
        ErrorCode::kDeadlineExceeded,
        "finding the authorization server took longer than " + std::to_string(kDiscoveryTime.count()) + " seconds",
        found.error().message};
  }
  co_return found;
}

Task<Result<std::optional<Discovered>>> Discovery::run_discover(DiscoveryQuestion question) {
  auto resource = co_await find_resource(question);
  if (!resource) co_return resource.error();
  if (*resource && !(*resource)->authorization_servers.empty())
    co_return co_await ask_authorization_servers(question, std::move(**resource));
  co_return co_await ask_origin(question, std::move(*resource));
}

Task<Result<std::optional<ProtectedResource>>> Discovery::find_resource(const DiscoveryQuestion& question) {
  std::vector<std::string> urls = protected_resource_urls(question.server);
  const bool is_named = question.challenge && !question.challenge->resource_metadata.empty();
  if (is_named) {
    const std::string& named = question.challenge->resource_metadata;
    const auto url = http::Url::parse(named);
    const bool is_own = url && url->origin() == question.server.origin() && named.find('#') == std::string::npos;
    if (!is_own) {
      auto checked = parse_peer_url("the resource_metadata of its WWW-Authenticate field", named, question.server);
      if (!checked) co_return checked.error();
    }
    std::erase(urls, named);
    urls.insert(urls.begin(), named);
  }
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const Stance stance = is_named && i == 0 ? Stance::kExpected : Stance::kProbe;
    auto body = co_await get(urls[i], question, stance);
    if (!body) co_return body.error();
    if (!*body) continue;
    auto resource = parse_protected_resource(**body, question.server);
    if (!resource) co_return with_context(resource.error(), urls[i]);
    co_return std::optional<ProtectedResource>(std::move(*resource));
  }
  co_return std::optional<ProtectedResource>();
}

Task<Result<std::optional<Discovered>>> Discovery::ask_authorization_servers(const DiscoveryQuestion& question,
                                                                             ProtectedResource resource) {
  std::vector<std::string> issuers = std::move(resource.authorization_servers);
  if (!question.issuer.empty()) {
    const bool is_named = std::find(issuers.begin(), issuers.end(), question.issuer) != issuers.end();
    if (!is_named) {
      co_return Error{ErrorCode::kUpstreamRejected,
                      "the server names the authorization server '" + quotable(issuers.front()) +
                          "', not the one of its settings, '" + question.issuer +
                          "': check oauth_issuer, or register the server anew if it has moved",
                      {}};
    }
    issuers = {question.issuer};
  }
  std::optional<Error> first_error;
  for (const std::string& issuer : issuers) {
    const auto url = http::Url::parse(issuer);
    if (!url) continue;  // parse_protected_resource() has checked them.
    ProviderProfile profile = profile_of(issuer, question);
    std::vector<std::string> accepted{issuer};
    accepted.insert(accepted.end(), profile.issuers.begin(), profile.issuers.end());
    auto urls = authorization_server_urls(*url);
    auto server = co_await find_server(question, std::move(urls), std::move(accepted), Stance::kExpected);
    if (server && *server) {
      co_return std::optional<Discovered>(finished(std::move(**server), std::move(resource.resource),
                                                   std::move(resource.scopes_supported), std::move(profile)));
    }
    if (first_error) continue;
    first_error = server ? Error{ErrorCode::kUpstreamRejected,
                                 "the authorization server '" + quotable(issuer) + "' publishes no metadata (RFC 8414)",
                                 {}}
                         : server.error();
  }
  co_return *first_error;
}

Task<Result<std::optional<AuthorizationServer>>> Discovery::find_server(const DiscoveryQuestion& question,
                                                                        std::vector<std::string> urls,
                                                                        std::vector<std::string> issuers,
                                                                        Stance stance) {
  std::optional<Error> first_error;
  for (const std::string& url : urls) {
    auto body = co_await get(url, question, stance);
    if (!body) co_return body.error();
    if (!*body) continue;
    auto server = parse_authorization_server(**body, issuers, question.server);
    if (server) co_return std::optional<AuthorizationServer>(std::move(*server));
    Error error = with_context(server.error(), url);
    if (error.code == ErrorCode::kPermissionDenied) co_return error;
    // Hosts of many issuers answer some forms with the document of another one.
    if (!first_error) first_error = std::move(error);
  }
  if (first_error) co_return *first_error;
  co_return std::optional<AuthorizationServer>();
}

Task<Result<std::optional<Discovered>>> Discovery::ask_origin(const DiscoveryQuestion& question,
                                                              std::optional<ProtectedResource> resource) {
  const http::Url& server = question.server;
  ProviderProfile profile = profile_of(server.origin(), question);
  std::vector<std::string> accepted = legacy_issuers(server);
  accepted.insert(accepted.end(), profile.issuers.begin(), profile.issuers.end());
  auto urls = legacy_authorization_server_urls(server);
  auto found = co_await find_server(question, std::move(urls), std::move(accepted), Stance::kProbe);
  if (!found) co_return found.error();
  if (!*found) {
    auto has = co_await has_default_endpoints(question);
    if (!has) co_return has.error();
    if (!*has) co_return std::optional<Discovered>();
    *found = default_endpoints(server);
    log_.info("an upstream server publishes no OAuth metadata: the default endpoints of MCP 2025-03-26 are used",
              {{"origin", server.origin()}});
  }
  if (!question.issuer.empty() && (*found)->issuer.str() != question.issuer) {
    co_return Error{ErrorCode::kUpstreamRejected,
                    "the server is its own authorization server '" + (*found)->issuer.str() +
                        "', which is not the one of its settings, '" + question.issuer + "': check oauth_issuer",
                    {}};
  }
  if (!resource) {
    resource.emplace();
    resource->resource = canonical_resource(server);
  }
  co_return std::optional<Discovered>(finished(std::move(**found), std::move(resource->resource),
                                               std::move(resource->scopes_supported), std::move(profile)));
}

// A server that only wants another token answers 401 or 404 everywhere, and must see no registration.
Task<Result<bool>> Discovery::has_default_endpoints(const DiscoveryQuestion& question) {
  if (!question.challenge || !question.challenge->resource_metadata.empty()) co_return false;
  auto url = parse_peer_url("the default endpoint", question.server.origin() + "/authorize", question.server);
  if (!url) co_return false;
  FetchRequest request = metadata_request(std::move(*url), question);
  auto answer = co_await fetcher_.fetch(std::move(request));
  if (!answer) co_return answer.error();
  const int status = answer->status;
  co_return status != 401 && status != 403 && status != 404 && status != 405 && status != 410;
}

Task<Result<Discovery::Body>> Discovery::get(std::string url, const DiscoveryQuestion& question, Stance stance) {
  auto parsed = http::Url::parse(url);
  if (!parsed) co_return parsed.error();
  if (question.freshness == Freshness::kMayBeKept) {
    if (auto kept = cache_.find(cache_key(url, question), time_.steady_now())) co_return Body(std::move(kept));
  }
  co_return co_await get_following(std::move(*parsed), question, stance);
}

Task<Result<Discovery::Body>> Discovery::get_following(http::Url url, const DiscoveryQuestion& question,
                                                       Stance stance) {
  const std::string asked = url.str();
  for (int redirects = 0; redirects <= kRedirectsMax; ++redirects) {
    FetchRequest request = metadata_request(url, question);
    auto answer = co_await fetcher_.fetch(std::move(request));
    if (!answer) co_return answer.error();
    if (answer->status == 200) {
      // Many sites answer every path with their page.
      if (!is_json(*answer)) co_return Body();
      cache_.keep(cache_key(asked, question), answer->body, lifetime_of(answer->cache_control), time_.steady_now());
      co_return Body(std::move(answer->body));
    }
    if (answer->status >= 500 || answer->status == 429) co_return unavailable(url, answer->status);
    if (!is_redirect(answer->status)) co_return Body();
    auto next = url.resolve(answer->location);
    if (!next || next->origin() != url.origin()) {
      if (stance == Stance::kProbe) co_return Body();
      co_return bad_redirect(url, "to another origin, which is not followed");
    }
    url = std::move(*next);
  }
  if (stance == Stance::kProbe) co_return Body();
  co_return bad_redirect(url, "too often");
}

ProviderProfile Discovery::profile_of(const std::string& issuer, const DiscoveryQuestion& question) const {
  return profiles_.of(host_of(issuer), question.server.host());
}

Discovered Discovery::finished(AuthorizationServer server, std::string resource, std::vector<std::string> scopes,
                               ProviderProfile profile) const {
  for (std::string* endpoint : {&server.authorization_endpoint, &server.token_endpoint, &server.registration_endpoint,
                                &server.revocation_endpoint})
    *endpoint = prefixed_endpoint(profile, *endpoint);
  if (profile.assume_s256 && !server.code_challenge_methods)
    server.code_challenge_methods = std::vector<std::string>{"S256"};
  return {std::move(server), std::move(resource), std::move(scopes), std::move(profile)};
}

}  // namespace jungle::oauth

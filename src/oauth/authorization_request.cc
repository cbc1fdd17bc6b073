#include "oauth/authorization_request.h"

#include <algorithm>
#include <utility>

#include "crypto/pkce.h"
#include "http/url.h"
#include "oauth/bearer_challenge.h"
#include "oauth/form.h"

namespace jungle::oauth {
namespace {

constexpr const char* kOfflineAccess = "offline_access";

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

std::string authorization_url(const AuthorizationRequest& request) {
  FormFields fields{{"client_id", request.client_id},
                    {"code_challenge", request.code_challenge},
                    {"code_challenge_method", std::string(crypto::kCodeChallengeMethod)}};
  if (contains(request.scopes, kOfflineAccess)) fields.emplace_back("prompt", "consent");
  fields.emplace_back("redirect_uri", request.redirect_uri);
  if (!request.resource.empty()) fields.emplace_back("resource", request.resource);
  fields.emplace_back("response_type", "code");
  if (!request.scopes.empty()) fields.emplace_back("scope", joined_scopes(request.scopes));
  fields.emplace_back("state", request.state);
  const bool has_query = request.endpoint.find('?') != std::string::npos;
  const bool is_joined = !has_query || request.endpoint.ends_with('?') || request.endpoint.ends_with('&');
  return request.endpoint + (has_query ? "" : "?") + (is_joined ? "" : "&") + form_encoded(fields);
}

std::vector<std::string> choose_scopes(const ScopeSources& sources) {
  std::vector<std::string> scopes = sources.configured;
  if (scopes.empty()) {
    scopes = sources.challenged.empty() ? sources.of_resource : sources.challenged;
    scopes = scope_union(std::move(scopes), sources.of_profile);
  }
  if (!sources.missing.empty()) {
    scopes = scope_union(std::move(scopes), sources.asked_before);
    scopes = scope_union(std::move(scopes), sources.missing);
  }
  const bool wants_offline = sources.kind == GrantKind::kAuthorizationCode && sources.configured.empty() &&
                             !scopes.empty() && contains(sources.of_server, kOfflineAccess);
  if (wants_offline && !contains(scopes, kOfflineAccess)) scopes.emplace_back(kOfflineAccess);
  return scopes;
}

Result<void> check_pkce(const AuthorizationServer& server, S256 assumption) {
  const auto& methods = server.code_challenge_methods;
  if (methods && contains(*methods, crypto::kCodeChallengeMethod)) return {};
  if (!methods && assumption == S256::kIsAssumed) return {};
  std::string why = "the authorization server '" + server.issuer.str() + "' ";
  why += methods
             ? "does not support PKCE with S256, which protects the authorization code"
             : "does not say that it supports PKCE with S256 (code_challenge_methods_supported), which protects the "
               "authorization code; if you know that it does, set oauth_assume_s256 for this server";
  return Error{ErrorCode::kUpstreamRejected, std::move(why), {}};
}

Result<void> check_redirect_uri(const std::string& redirect_uri) {
  const auto url = http::Url::parse(redirect_uri);
  if (url && redirect_uri.find('#') == std::string::npos && (url->is_tls() || url->host_is_loopback())) return {};
  return Error{ErrorCode::kInvalidArgument,
               "invalid oauth_redirect_uri: '" + redirect_uri +
                   "' must be a https URL, or a http URL on your own machine, without a fragment",
               {}};
}

}  // namespace jungle::oauth

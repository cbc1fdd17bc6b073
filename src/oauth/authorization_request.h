// What a person is asked to approve.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "oauth/grant.h"
#include "oauth/metadata.h"

namespace jungle::oauth {

// RFC 6749 §4.1.1 with RFC 7636 §4.3 and RFC 8707 §2.
struct AuthorizationRequest {
  std::string endpoint;
  std::string client_id;
  std::string redirect_uri;
  std::vector<std::string> scopes;  // Empty: none are named.
  std::string state;
  std::string code_challenge;
  std::string resource;  // Empty: not sent.
};

// The URL to open. A query that the endpoint has stays (RFC 6749 §3.1). With `offline_access` the person is asked for
// consent every time, without which that scope is ignored (OpenID Connect Core 1.0 §11). Pure.
std::string authorization_url(const AuthorizationRequest& request);

// Everything that has a say in which scopes are asked for.
struct ScopeSources {
  std::vector<std::string> configured;  // oauth_scopes: what a person chose stands, but for a step-up.
  std::vector<std::string> challenged;  // The server's last word on what a request needs.
  std::vector<std::string> of_resource;
  std::vector<std::string> of_server;  // What the authorization server knows.
  std::vector<std::string> of_profile;
  std::vector<std::string> asked_before;  // For a grant that lacks `missing`.
  std::vector<std::string> missing;
  GrantKind kind = GrantKind::kAuthorizationCode;
};

// MCP 2026-07-28 basic/authorization "Scope Selection Strategy" and "Step-Up Authorization Flow": those of the
// challenge, else all that the resource knows, else none. `offline_access`, if the authorization server knows it, so
// that the grant can be refreshed. For a step-up, what was asked for before and what was missing come on top. Pure.
std::vector<std::string> choose_scopes(const ScopeSources& sources);

// Whether a server says that it supports PKCE with S256, which MCP demands ("Authorization Code Protection").
// `assumed`: somebody has vouched for one that says nothing. One that says something else is refused. Errors:
// kUpstreamRejected, naming the override.
enum class S256 : unsigned char { kMustBeSaid, kIsAssumed };
Result<void> check_pkce(const AuthorizationServer& server, S256 assumption);

// A redirect URI that may be used: https, or http to the person's own machine (MCP "Communication Security").
// kInvalidArgument.
Result<void> check_redirect_uri(const std::string& redirect_uri);

}  // namespace jungle::oauth

// The bodies of upstream OAuth: a registration that waits for a person, and what ends the wait.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace jungle::admin_api {

// The code of the error that asks the caller to come again with an oauth_redirect_uri.
inline constexpr std::string_view kOAuthRequiredCode = "upstream_oauth_required";

// 202 of POST /api/v0/servers and of POST /api/v0/servers/:name/authorize: {"authorization_required":{...}}.
struct AuthorizationRequired {
  std::string session_id;         // Names the pending session.
  std::string authorization_url;  // Where the person approves; its `redirect_uri` is where the answer goes.
  std::string expires_at;         // RFC 3339: the end of the session.

  friend bool operator==(const AuthorizationRequired&, const AuthorizationRequired&) = default;
};
std::string render(const AuthorizationRequired& required);
// Errors: kInvalidArgument when the text is not that, or lacks the session or the URL.
Result<AuthorizationRequired> parse_authorization_required(std::string_view json);

// POST /api/v0/upstream_oauth/sessions/:id/complete: the authorization response (RFC 6749 §4.1.2), as it came.
struct AuthorizationCompletion {
  Secret code;
  std::string state;
  std::string iss;  // RFC 9207; empty if there was none.

  friend bool operator==(const AuthorizationCompletion&, const AuthorizationCompletion&) = default;
};
std::string render(const AuthorizationCompletion& completion);  // The code included.
// Errors: kInvalidArgument in Go's words (see FieldReader). Whether something is missing is for the caller to say.
Result<AuthorizationCompletion> parse_authorization_completion(std::string_view json);

// POST /api/v0/servers/:name/authorize: a new grant for a registered server. The body may be empty.
struct AuthorizeInput {
  std::string oauth_redirect_uri;  // Empty: the one of the server's settings.

  friend bool operator==(const AuthorizeInput&, const AuthorizeInput&) = default;
};
std::string render(const AuthorizeInput& input);
Result<AuthorizeInput> parse_authorize_input(std::string_view json);

}  // namespace jungle::admin_api

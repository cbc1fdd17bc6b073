// What comes back when a person has decided.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth/pending_session.h"

namespace jungle::oauth {

// The parameters of the redirect (RFC 6749 §4.1.2, RFC 9207 §2), as they came.
struct AuthorizationResponse {
  Secret code;
  std::string state;
  std::string iss;  // Empty: there was none.
};

// Whether `response` belongs to `session` and comes from its authorization server. The issuer is compared character by
// character (RFC 9207 §2.4): always if there is one, and there must be one if the server's metadata says so. Pure.
// kInvalidArgument; the session is as good as before.
Result<void> check_response(const PendingSession& session, const AuthorizationResponse& response, SystemTime now);

}  // namespace jungle::oauth

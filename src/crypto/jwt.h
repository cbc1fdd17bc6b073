// Signed JSON Web Tokens.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace jungle::crypto {

// The registered claims of RFC 7519 §4.1 that a client assertion has (RFC 7523 §3).
struct JwtClaims {
  std::string issuer;
  std::string subject;
  std::string audience;
  std::string id;
  SystemTime issued_at;
  SystemTime expires_at;
};

// The claims signed with a private key in PEM, in the compact form (RFC 7515 §3.1). The key decides the algorithm (RFC
// 7518, RFC 8037): RS256, ES256, ES384, ES512 or EdDSA.
// Errors: kInvalidArgument, a key that cannot be read or has another type; its text is not in the message.
Result<std::string> sign_jwt(const JwtClaims& claims, const Secret& private_key);

}  // namespace jungle::crypto

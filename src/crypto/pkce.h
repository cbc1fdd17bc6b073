// Proof Key for Code Exchange, RFC 7636. The method is S256; "plain" does not exist here.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace jungle::crypto {

inline constexpr std::string_view kCodeChallengeMethod = "S256";

// A code verifier: 43 characters that carry 256 random bits, as RFC 7636 §4.1 recommends.
Secret code_verifier(Random& random);
// The `code_challenge` of `verifier` for the authorization request (§4.2).
std::string code_challenge(const Secret& verifier);

}  // namespace jungle::crypto

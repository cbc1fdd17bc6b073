// Tokens that nobody can guess.
#pragma once

#include <cstddef>
#include <string>

#include "base/random.h"

namespace jungle::crypto {

// 256 bits: a token of this size needs neither an expiry nor a limit on guesses to be safe.
inline constexpr std::size_t kTokenBytes = 32;

// `bytes` random bytes as base64url without padding (43 characters for kTokenBytes): fit for a URL, a header and a
// cookie.
std::string random_token(Random& random, std::size_t bytes = kTokenBytes);

}  // namespace jungle::crypto

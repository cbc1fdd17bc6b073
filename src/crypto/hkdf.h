// Keys made of a key.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/secret.h"

namespace jungle::crypto {

// RFC 5869 with SHA-256: `bytes` bytes that `key` and `info` decide. `key` holds real randomness, not a password: this
// is fast. REQUIRES: 0 < bytes <= 8160.
Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view info, std::size_t bytes);

}  // namespace jungle::crypto

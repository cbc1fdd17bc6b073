// SHA-256 and what is made of it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace jungle::crypto {

inline constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<unsigned char, kDigestBytes>;

// FIPS 180-4.
Digest sha256(std::string_view bytes);
// RFC 2104 with SHA-256. Compare the answer with constant_time_equal().
Digest hmac_sha256(std::string_view key, std::string_view bytes);

// The bytes of a digest as text is given to functions: for hex_of() and base64url_encode() of base/text.h.
inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace jungle::crypto

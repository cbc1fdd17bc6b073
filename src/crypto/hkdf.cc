#include "crypto/hkdf.h"

#include <string>

#include "base/check.h"
#include "crypto/digest.h"

namespace jungle::crypto {

Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view info, std::size_t bytes) {
  JUNGLE_CHECK(bytes > 0 && bytes <= 255 * kDigestBytes);
  // RFC 5869 §2.2: PRK = HMAC-Hash(salt, IKM). An absent salt is one of zeros, which HMAC makes of an empty key.
  const Digest pseudorandom_key = hmac_sha256(salt, key.reveal());
  // RFC 5869 §2.3: T(i) = HMAC-Hash(PRK, T(i-1) | info | i).
  std::string output;
  std::string block;
  for (unsigned char i = 1; output.size() < bytes; ++i) {
    block += info;
    block += static_cast<char>(i);
    const Digest digest = hmac_sha256(bytes_of(pseudorandom_key), block);
    block = bytes_of(digest);
    output += block;
  }
  output.resize(bytes);
  return Secret(std::move(output));
}

}  // namespace jungle::crypto

#include "crypto/digest.h"

#include <limits>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace jungle::crypto {

// Neither can fail but for want of memory or of the algorithm, and an OpenSSL without SHA-256 does not run this
// program.

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  JUNGLE_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  JUNGLE_CHECK(size == digest.size());
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  JUNGLE_CHECK(key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  Digest digest;
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  // HMAC() takes a null key for "the key of last time", which it does not have.
  const char* key_data = key.empty() ? "" : key.data();
  const auto key_size = static_cast<int>(key.size());
  JUNGLE_CHECK(HMAC(EVP_sha256(), key_data, key_size, data, bytes.size(), digest.data(), &size) != nullptr);
  JUNGLE_CHECK(size == digest.size());
  return digest;
}

}  // namespace jungle::crypto

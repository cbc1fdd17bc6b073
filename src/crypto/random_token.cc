#include "crypto/random_token.h"

#include "base/text.h"

namespace jungle::crypto {

std::string random_token(Random& random, std::size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  return base64url_encode(raw);
}

}  // namespace jungle::crypto

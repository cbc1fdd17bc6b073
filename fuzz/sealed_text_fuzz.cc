// Sealed texts: nothing opens that was not sealed here, and what is parsed has one spelling.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/text.h"
#include "crypto/sealed_box.h"

namespace {

jungle::crypto::KeyRing make_ring() {
  jungle::SystemRandom random;
  return jungle::crypto::KeyRing({jungle::crypto::make_master_key(random)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const jungle::crypto::KeyRing ring = make_ring();
  static jungle::SystemRandom random;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)jungle::crypto::parse_master_keys(text);
  if (jungle::crypto::open_sealed(ring, text, "place")) std::abort();
  // The same body under a key that exists gets as far as the tag.
  if (const auto parsed = jungle::crypto::parse_sealed(text)) {
    const std::string body = jungle::base64url_encode(parsed->body);
    if (std::string(parsed->header) + body != text) std::abort();
    if (jungle::crypto::open_sealed(ring, "sealed:v1:" + ring.primary().id + ":" + body, "place")) std::abort();
  }
  const std::string sealed = jungle::crypto::seal(ring, random, jungle::Secret(text), text);
  const auto opened = jungle::crypto::open_sealed(ring, sealed, text);
  if (!opened || opened->reveal() != text) std::abort();
  return 0;
}

// Texts that only the holder of a key can read or write.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key_ring.h"

namespace jungle::crypto {

// A sealed text, taken apart: `sealed:v1:<key id>:<nonce, ciphertext and tag in base64url>`. Views into the text.
struct SealedText {
  std::string_view header;  // "sealed:v1:<key id>:"
  std::string_view key_id;
  std::string body;  // Nonce, ciphertext, tag.
};

// Whether a text begins with the header of a sealed text, of any version: no credential in use looks like that.
bool is_sealed(std::string_view text);
// Nothing unless the whole text is a sealed one of this version, in its one spelling.
std::optional<SealedText> parse_sealed(std::string_view text);

// Seals with AES-256-GCM under the primary key and a random nonce of 96 bits; 2^32 texts may be sealed under one key
// (NIST SP 800-38D §8.3). `associated` is not in the text: only who says the same again can open it.
std::string seal(const KeyRing& keys, Random& random, const Secret& plain, std::string_view associated);

// kNotFound: sealed under a key that `keys` does not have; the message names its id. kInvalidArgument: not a sealed
// text, tampered with, or sealed for something else than `associated`.
Result<Secret> open_sealed(const KeyRing& keys, std::string_view sealed, std::string_view associated);

}  // namespace jungle::crypto

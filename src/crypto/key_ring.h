// The keys that seal what is stored.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace jungle::crypto {

// The keys that people keep: 256 random bits each.
inline constexpr std::size_t kMasterKeyBytes = 32;
inline constexpr std::size_t kMasterKeysMax = 16;  // A rotation needs two; more is a file that is not one of keys.

// Reads the text of a variable or a file: keys of 32 bytes in Base64 or hexadecimal, separated by white space or
// commas. A line that begins with # is a comment. kInvalidArgument says what is wrong and how to make a key; it repeats
// nothing of the text. Weak keys are refused: what is typed by a person, or the same few bytes again and again.
Result<std::vector<Secret>> parse_master_keys(std::string_view text);

Secret make_master_key(Random& random);
// A master key as a person keeps it: Base64.
Secret master_key_text(const Secret& master);

// What is derived from one master key. The id is safe to show and to store; it says nothing about the key.
struct SealingKey {
  std::string id;  // 16 hexadecimal digits.
  Secret key;      // For AES-256.
};

// The keys of one database: the first seals, all open. A value, immutable; keys are derived once, here. Safe to share
// between threads.
class KeyRing {
 public:
  // REQUIRES: `masters` is not empty, each has kMasterKeyBytes.
  explicit KeyRing(const std::vector<Secret>& masters);

  const SealingKey& primary() const { return keys_.front(); }
  // The key of that id, or null.
  const SealingKey* find(std::string_view id) const;
  // The same keys with that one as the primary. REQUIRES: find(id).
  KeyRing led_by(std::string_view id) const;
  // Keys for something else than what is stored, made of these, under the same ids: what one ring sealed no other
  // opens, and what wears out one leaves the others alone. `purpose` is a literal.
  KeyRing for_purpose(std::string_view purpose) const;

 private:
  std::vector<SealingKey> keys_;
};

}  // namespace jungle::crypto

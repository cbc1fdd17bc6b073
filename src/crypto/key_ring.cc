#include "crypto/key_ring.h"

#include <algorithm>
#include <bitset>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "crypto/hkdf.h"

namespace jungle::crypto {
namespace {

constexpr std::size_t kIdBytes = 8;
constexpr std::string_view kKeyInfo = "mcpjungle sealed box v1 key";
constexpr std::string_view kIdInfo = "mcpjungle sealed box v1 id";
// 32 random bytes have 30 different ones on average, and fewer than 16 about once in 10^16 keys.
constexpr int kDistinctBytesMin = 16;

Error bad_key(const std::string& what) {
  return Error{ErrorCode::kInvalidArgument,
               what + "; a key is 32 random bytes in Base64 or hexadecimal: make one with `openssl rand -base64 32`",
               {}};
}

std::optional<std::string> hex_decode(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

// 64 hexadecimal digits are valid Base64 too, of 48 bytes that nobody means.
std::optional<std::string> decode(std::string_view text) {
  if (text.size() == 2 * kMasterKeyBytes) {
    if (auto bytes = hex_decode(text)) return bytes;
  }
  if (auto bytes = base64_decode(text)) return bytes;
  return base64url_decode(text);
}

bool is_weak(std::string_view key) {
  std::bitset<256> seen;
  for (const char c : key)
    seen.set(static_cast<unsigned char>(c));
  const bool is_typed = std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_typed || seen.count() < static_cast<std::size_t>(kDistinctBytesMin);
}

Result<Secret> parse_master_key(std::string_view word) {
  auto bytes = decode(word);
  if (!bytes) return bad_key("it is neither Base64 nor hexadecimal");
  if (bytes->size() != kMasterKeyBytes)
    return bad_key("it has " + std::to_string(bytes->size()) + " bytes instead of 32");
  if (is_weak(*bytes)) return bad_key("it is a weak key, not a random one");
  return Secret(std::move(*bytes));
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSeparators = " \t\r\n,";
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, line_end));
    text.remove_prefix(std::min(line_end + 1, text.size()));
    if (line.starts_with('#')) continue;
    while (!line.empty()) {
      const std::size_t end = std::min(line.find_first_of(kSeparators), line.size());
      if (end > 0) words.push_back(line.substr(0, end));
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
  return words;
}

SealingKey derive(const Secret& master) {
  JUNGLE_CHECK(master.reveal().size() == kMasterKeyBytes);
  const Secret id = hkdf_sha256(master, {}, kIdInfo, kIdBytes);
  const auto* bytes = reinterpret_cast<const unsigned char*>(id.reveal().data());
  return {hex_of({bytes, id.reveal().size()}), hkdf_sha256(master, {}, kKeyInfo, kMasterKeyBytes)};
}

}  // namespace

Result<std::vector<Secret>> parse_master_keys(std::string_view text) {
  std::vector<Secret> keys;
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty()) return bad_key("there is no key in it");
  if (words.size() > kMasterKeysMax) return bad_key("it holds more than " + std::to_string(kMasterKeysMax) + " keys");
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto key = parse_master_key(words[i]);
    if (!key && words.size() > 1) return with_context(key.error(), "key " + std::to_string(i + 1));
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  return keys;
}

Secret make_master_key(Random& random) {
  std::string bytes(kMasterKeyBytes, '\0');
  random.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return Secret(std::move(bytes));
}

Secret master_key_text(const Secret& master) { return Secret(base64_encode(master.reveal(), Padding::kWith)); }

KeyRing::KeyRing(const std::vector<Secret>& masters) {
  JUNGLE_CHECK(!masters.empty());
  for (const Secret& master : masters)
    keys_.push_back(derive(master));
}

const SealingKey* KeyRing::find(std::string_view id) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const SealingKey& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

KeyRing KeyRing::led_by(std::string_view id) const {
  KeyRing ring = *this;
  const auto leads = [&](const SealingKey& key) { return key.id == id; };
  const auto found = std::find_if(ring.keys_.begin(), ring.keys_.end(), leads);
  JUNGLE_CHECK(found != ring.keys_.end());
  std::rotate(ring.keys_.begin(), found, found + 1);
  return ring;
}

KeyRing KeyRing::for_purpose(std::string_view purpose) const {
  KeyRing ring = *this;
  for (SealingKey& key : ring.keys_)
    key.key = hkdf_sha256(key.key, {}, purpose, kMasterKeyBytes);
  return ring;
}

}  // namespace jungle::crypto

#include "crypto/sealed_box.h"

#include <limits>
#include <memory>
#include <utility>

#include <openssl/evp.h>

#include "base/check.h"
#include "base/text.h"

namespace jungle::crypto {
namespace {

constexpr std::string_view kFamily = "sealed:v";  // And the version, one digit.
constexpr std::string_view kPrefix = "sealed:v1:";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kHeaderBytes = kPrefix.size() + kIdDigits + 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
// Of base64url without padding.
constexpr std::size_t kBodyDigitsMin = ((kNonceBytes + kTagBytes) * 8 + 5) / 6;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int size_of(std::string_view text) {
  JUNGLE_CHECK(text.size() < static_cast<std::size_t>(std::numeric_limits<int>::max() / 2));
  return static_cast<int>(text.size());
}

// The header is bound as well, so that no other key id or version can be written over it.
std::string bound_text(std::string_view header, std::string_view associated) {
  return std::string(header).append(associated);
}

Context make_context() {
  Context context(EVP_CIPHER_CTX_new());
  JUNGLE_CHECK(context != nullptr);
  return context;
}

// Encryption fails for want of memory only. `out` has room for the ciphertext and the tag.
void encrypt(const Secret& key, std::string_view nonce, std::string_view associated, std::string_view plain,
             unsigned char* out) {
  const Context context = make_context();
  int size = 0;
  JUNGLE_CHECK(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key.reveal())),
                                  bytes_of(nonce)) == 1);
  JUNGLE_CHECK(EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(associated), size_of(associated)) == 1);
  JUNGLE_CHECK(plain.empty() || EVP_EncryptUpdate(context.get(), out, &size, bytes_of(plain), size_of(plain)) == 1);
  JUNGLE_CHECK(EVP_EncryptFinal_ex(context.get(), out + plain.size(), &size) == 1);
  JUNGLE_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out + plain.size()) == 1);
}

// Nothing if the tag does not fit.
std::optional<std::string> decrypt(const Secret& key, std::string_view body, std::string_view associated) {
  const std::string_view nonce = body.substr(0, kNonceBytes);
  const std::string_view ciphertext = body.substr(kNonceBytes, body.size() - kNonceBytes - kTagBytes);
  std::string tag(body.substr(body.size() - kTagBytes));
  std::string plain(ciphertext.size(), '\0');
  const Context context = make_context();
  int size = 0;
  JUNGLE_CHECK(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key.reveal())),
                                  bytes_of(nonce)) == 1);
  JUNGLE_CHECK(EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(associated), size_of(associated)) == 1);
  JUNGLE_CHECK(ciphertext.empty() || EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, bytes_of(ciphertext),
                                                       size_of(ciphertext)) == 1);
  JUNGLE_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes_of(tag)) == 1);
  if (EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + plain.size(), &size) != 1) return std::nullopt;
  return plain;
}

bool is_key_id(std::string_view text) {
  return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool is_sealed(std::string_view text) {
  if (!text.starts_with(kFamily) || text.size() < kHeaderBytes) return false;
  const char version = text[kFamily.size()];
  const std::string_view rest = text.substr(kFamily.size() + 1);
  return version >= '0' && version <= '9' && rest[0] == ':' && is_key_id(rest.substr(1, kIdDigits)) &&
         rest[1 + kIdDigits] == ':';
}

std::optional<SealedText> parse_sealed(std::string_view text) {
  if (!is_sealed(text) || !text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = text.substr(kHeaderBytes);
  if (digits.size() < kBodyDigitsMin) return std::nullopt;
  auto body = base64url_decode(digits);
  if (!body) return std::nullopt;
  return SealedText{text.substr(0, kHeaderBytes), text.substr(kPrefix.size(), kIdDigits), std::move(*body)};
}

std::string seal(const KeyRing& keys, Random& random, const Secret& plain, std::string_view associated) {
  const SealingKey& key = keys.primary();
  const std::string header = std::string(kPrefix) + key.id + ":";
  std::string body(kNonceBytes + plain.reveal().size() + kTagBytes, '\0');
  random.fill({bytes_of(body), kNonceBytes});
  const std::string_view nonce = std::string_view(body).substr(0, kNonceBytes);
  encrypt(key.key, nonce, bound_text(header, associated), plain.reveal(), bytes_of(body) + kNonceBytes);
  return header + base64url_encode(body);
}

Result<Secret> open_sealed(const KeyRing& keys, std::string_view sealed, std::string_view associated) {
  const auto parsed = parse_sealed(sealed);
  if (!parsed) return Error{ErrorCode::kInvalidArgument, "it is not a sealed text of this version", {}};
  const SealingKey* key = keys.find(parsed->key_id);
  if (key == nullptr)
    return Error{ErrorCode::kNotFound, "it is sealed under the key " + std::string(parsed->key_id), {}};
  auto plain = decrypt(key->key, parsed->body, bound_text(parsed->header, associated));
  if (!plain) return Error{ErrorCode::kInvalidArgument, "it was changed, or moved here from another place", {}};
  return Secret(std::move(*plain));
}

}  // namespace jungle::crypto

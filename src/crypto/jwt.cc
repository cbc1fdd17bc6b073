#include "crypto/jwt.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"

namespace jungle::crypto {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr int kRsaBitsMin = 2048;  // RFC 7518 §3.3.

struct Algorithm {
  std::string_view name;
  const EVP_MD* digest;      // Null: the key's own.
  int coordinate_bytes = 0;  // Of an elliptic curve: the size of each half of a signature (RFC 7518 §3.4).
};

Error bad_key(std::string_view why) { return {ErrorCode::kInvalidArgument, std::string(why), {}}; }

// Never asks a terminal for a pass phrase.
int no_pass_phrase(char*, int, int, void*) { return 0; }

Result<Key> read_key(const Secret& pem) {
  const Bio bio(BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())));
  Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr) : nullptr);
  if (!key) return bad_key("it is not a private key in PEM without a pass phrase");
  return key;
}

std::string curve_of(EVP_PKEY& key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &size) != 1) return {};
  return {name.data(), size};
}

Result<Algorithm> algorithm_of(EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) return Algorithm{"EdDSA", nullptr};
  if (EVP_PKEY_is_a(&key, "RSA") == 1) {
    if (EVP_PKEY_get_bits(&key) < kRsaBitsMin) return bad_key("RSA keys need at least 2048 bits");
    return Algorithm{"RS256", EVP_sha256()};
  }
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    const std::string curve = curve_of(key);
    if (curve == "prime256v1") return Algorithm{"ES256", EVP_sha256(), 32};
    if (curve == "secp384r1") return Algorithm{"ES384", EVP_sha384(), 48};
    if (curve == "secp521r1") return Algorithm{"ES512", EVP_sha512(), 66};
  }
  return bad_key("its type is not RSA, EC on P-256, P-384 or P-521, or Ed25519");
}

// From OpenSSL's DER to the two halves side by side that JWS wants.
std::string joined_halves(const std::vector<unsigned char>& der, int bytes) {
  const unsigned char* at = der.data();
  const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature) return {};
  std::vector<unsigned char> halves(2 * static_cast<std::size_t>(bytes));
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), halves.data(), bytes) != bytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), halves.data() + bytes, bytes) != bytes)
    return {};
  return {halves.begin(), halves.end()};
}

std::string signature_of(std::string_view text, EVP_PKEY& key, const Algorithm& algorithm) {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, algorithm.digest, nullptr, &key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
    return {};
  std::vector<unsigned char> signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) != 1) return {};
  signature.resize(size);
  if (algorithm.coordinate_bytes > 0) return joined_halves(signature, algorithm.coordinate_bytes);
  return {signature.begin(), signature.end()};
}

std::int64_t seconds(SystemTime time) { return std::chrono::duration_cast<Seconds>(time.time_since_epoch()).count(); }

}  // namespace

Result<std::string> sign_jwt(const JwtClaims& claims, const Secret& private_key) {
  auto key = read_key(private_key);
  if (!key) return key.error();
  const auto algorithm = algorithm_of(**key);
  if (!algorithm) return algorithm.error();
  const boost::json::object header{{"alg", algorithm->name}, {"typ", "JWT"}};
  const boost::json::object payload{{"iss", claims.issuer},
                                    {"sub", claims.subject},
                                    {"aud", claims.audience},
                                    {"jti", claims.id},
                                    {"iat", seconds(claims.issued_at)},
                                    {"exp", seconds(claims.expires_at)}};
  std::string token =
      base64url_encode(boost::json::serialize(header)) + "." + base64url_encode(boost::json::serialize(payload));
  const std::string signature = signature_of(token, **key, *algorithm);
  if (signature.empty()) return Error{ErrorCode::kInternal, "signing failed", {}};
  return token + "." + base64url_encode(signature);
}

}  // namespace jungle::crypto

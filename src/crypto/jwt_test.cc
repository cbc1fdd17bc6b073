#include "crypto/jwt.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"

namespace jungle::crypto {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

std::string pem_of(const Key& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Key owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }
Key rsa(std::size_t bits) { return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)); }
Key ec(const char* curve) { return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)); }
Key ed25519() { return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

// As OpenSSL wants it: DER for elliptic curves.
std::vector<unsigned char> native(const std::string& signature, bool is_ec) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  if (!is_ec) return {bytes, bytes + signature.size()};
  const int half = static_cast<int>(signature.size() / 2);
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes, half, nullptr), BN_bin2bn(bytes + half, half, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::vector<unsigned char> out(der, der + size);
  OPENSSL_free(der);
  return out;
}

bool verifies(const std::string& jwt, const Key& key, const EVP_MD* digest, bool is_ec) {
  const auto end = jwt.rfind('.');
  const std::string signed_text = jwt.substr(0, end);
  const auto signature = native(base64url_decode(jwt.substr(end + 1)).value(), is_ec);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size()) == 1;
}

JwtClaims claims() {
  JwtClaims claims;
  claims.issuer = "client";
  claims.subject = "client";
  claims.audience = "https://as.example";
  claims.id = "one";
  claims.issued_at = SystemTime(std::chrono::seconds(1'700'000'000));
  claims.expires_at = claims.issued_at + std::chrono::seconds(60);
  return claims;
}

std::string part(const std::string& jwt, std::size_t index) {
  return base64url_decode(split(jwt, '.').at(index)).value();
}

TEST(JwtTest, HoldsTheClaims) {
  const auto jwt = sign_jwt(claims(), Secret(pem_of(ed25519())));
  ASSERT_TRUE(jwt.has_value());
  EXPECT_EQ(R"({"alg":"EdDSA","typ":"JWT"})", part(*jwt, 0));
  EXPECT_EQ(
      R"({"iss":"client","sub":"client","aud":"https://as.example","jti":"one","iat":1700000000,"exp":1700000060})",
      part(*jwt, 1));
}

struct Case {
  const char* algorithm;
  Key key;
  const EVP_MD* digest;
  bool is_ec;
};

TEST(JwtTest, TheKeyDecidesTheAlgorithm) {
  const std::vector<Case> cases{{"RS256", rsa(2048), EVP_sha256(), false},
                                {"ES256", ec("P-256"), EVP_sha256(), true},
                                {"ES384", ec("P-384"), EVP_sha384(), true},
                                {"ES512", ec("P-521"), EVP_sha512(), true},
                                {"EdDSA", ed25519(), nullptr, false}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.algorithm);
    const auto jwt = sign_jwt(claims(), Secret(pem_of(each.key)));
    ASSERT_TRUE(jwt.has_value());
    EXPECT_EQ(std::string(R"({"alg":")") + each.algorithm + R"(","typ":"JWT"})", part(*jwt, 0));
    EXPECT_TRUE(verifies(*jwt, each.key, each.digest, each.is_ec));
    std::string changed = *jwt;
    changed[changed.find('.') + 3] ^= 1;
    EXPECT_FALSE(verifies(changed, each.key, each.digest, each.is_ec));
  }
}

TEST(JwtTest, EcSignaturesKeepTheirLeadingZeros) {
  const Key key = ec("P-256");
  const Secret pem(pem_of(key));
  for (int i = 0; i < 600; ++i) {  // One in 128 has a zero in front of a half.
    const auto jwt = sign_jwt(claims(), pem);
    ASSERT_EQ(64u, part(*jwt, 2).size());
  }
}

TEST(JwtTest, RefusesKeysItCannotUseWithoutQuotingThem) {
  const std::vector<std::string> keys{"", "s3cret", pem_of(rsa(1024)), pem_of(ec("secp256k1")),
                                      pem_of(owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")))};
  for (const std::string& key : keys) {
    const auto jwt = sign_jwt(claims(), Secret(key));
    ASSERT_FALSE(jwt.has_value()) << key;
    EXPECT_EQ(ErrorCode::kInvalidArgument, jwt.error().code);
    EXPECT_EQ(std::string::npos, jwt.error().message.find("s3cret"));
  }
}

}  // namespace
}  // namespace jungle::crypto

#include "crypto/hkdf.h"

#include <string>

#include <gtest/gtest.h>

#include "base/text.h"

namespace jungle::crypto {
namespace {

std::string hex_of(const Secret& secret) {
  const std::string& bytes = secret.reveal();
  return jungle::hex_of({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string counting(int from, int to) {
  std::string bytes;
  for (int i = from; i <= to; ++i)
    bytes += static_cast<char>(i);
  return bytes;
}

// RFC 5869, appendix A.1.
TEST(HkdfTest, AgreesWithTheBasicCase) {
  const Secret key(std::string(22, '\x0b'));
  EXPECT_EQ(hex_of(hkdf_sha256(key, counting(0x00, 0x0c), counting(0xf0, 0xf9), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

// Appendix A.2: more than one block of everything.
TEST(HkdfTest, AgreesWithTheLongCase) {
  const Secret key(counting(0x00, 0x4f));
  EXPECT_EQ(
      hex_of(hkdf_sha256(key, counting(0x60, 0xaf), counting(0xb0, 0xff), 82)),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09"
      "b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

// Appendix A.3: neither salt nor info.
TEST(HkdfTest, AgreesWithTheCaseWithoutSalt) {
  const Secret key(std::string(22, '\x0b'));
  EXPECT_EQ(hex_of(hkdf_sha256(key, "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

}  // namespace
}  // namespace jungle::crypto

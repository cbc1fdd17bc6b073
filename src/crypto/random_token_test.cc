#include "crypto/random_token.h"

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "base/text.h"

namespace jungle::crypto {
namespace {

TEST(RandomTokenTest, IsTheRandomBytesAsBase64Url) {
  testing::FakeRandom random(0xfb);
  EXPECT_EQ(random_token(random, 3), "-_z9");
}

TEST(RandomTokenTest, HoldsAllItsBits) {
  SystemRandom random;
  const std::string token = random_token(random);
  EXPECT_EQ(token.size(), 43u);
  const auto raw = base64url_decode(token);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->size(), kTokenBytes);
}

TEST(RandomTokenTest, NoTwoAreEqual) {
  SystemRandom random;
  EXPECT_NE(random_token(random), random_token(random));
}

}  // namespace
}  // namespace jungle::crypto

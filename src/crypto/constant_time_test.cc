#include "crypto/constant_time.h"

#include <string>

#include <gtest/gtest.h>

namespace jungle::crypto {
namespace {

TEST(ConstantTimeTest, SaysWhetherTextsAreEqual) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("token", "token"));
  EXPECT_FALSE(constant_time_equal("token", "tokem"));
  EXPECT_FALSE(constant_time_equal("token", "uoken"));
}

TEST(ConstantTimeTest, APrefixIsNotEqual) {
  EXPECT_FALSE(constant_time_equal("token", "toke"));
  EXPECT_FALSE(constant_time_equal("", "t"));
}

TEST(ConstantTimeTest, SeesBehindNul) {
  EXPECT_FALSE(constant_time_equal(std::string("a\0b", 3), std::string("a\0c", 3)));
}

}  // namespace
}  // namespace jungle::crypto

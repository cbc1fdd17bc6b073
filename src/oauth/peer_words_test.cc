#include "oauth/peer_words.h"

#include <gtest/gtest.h>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

TEST(QuotableTest, CutsAndCleans) {
  EXPECT_EQ("", quotable("\xff\xfe", {}));
  EXPECT_EQ("a  b", quotable("\n a\r\nb\t", {Secret()}));
  EXPECT_LE(quotable(std::string(10'000, 'x'), {}).size(), kServerWordsBytesMax + 3);
}

}  // namespace
}  // namespace jungle::oauth

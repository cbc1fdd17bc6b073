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

TEST(QuotableTest, HidesSecretsHoweverTheyAreWritten) {
  const std::vector<Secret> secrets{Secret("co/de"), Secret("ver\"fier"), Secret("***"), Secret()};
  EXPECT_EQ("no *** for ***", quotable("no co/de for co%2Fde", secrets));
  EXPECT_EQ(R"({"got":"***"})", quotable(R"({"got":"ver\"fier"})", secrets));
  EXPECT_EQ("*** is taken", quotable("*** is taken", secrets));
}

}  // namespace
}  // namespace jungle::oauth

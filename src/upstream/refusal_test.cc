#include "upstream/refusal.h"

#include <gtest/gtest.h>

#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

TEST(RefusalTest, QuotesOneLine) {
  EXPECT_EQ("bad  token", quotable_words("  bad\r\ntoken\x1b"));
  EXPECT_EQ("", quotable_words("\xff\xfe"));
  EXPECT_EQ(std::string(kQuotedBytesMax, 'x'), quotable_words(std::string(kQuotedBytesMax, 'x')));
  EXPECT_EQ(std::string(kQuotedBytesMax, 'x') + "...", quotable_words(std::string(1000, 'x')));
}

}  // namespace
}  // namespace jungle::upstream

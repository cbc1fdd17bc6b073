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

TEST(RefusalTest, MissesScopesOnlyIfTheServerSaysSo) {
  Refusal refusal{403, {"Basic realm=\"x\"", "Bearer error=\"insufficient_scope\", scope=\"b a b\""}, {}, {}};
  EXPECT_EQ((std::vector<std::string>{"b", "a"}), missing_scopes_of(refusal));
  refusal.status = 401;
  EXPECT_EQ(std::nullopt, missing_scopes_of(refusal));
  refusal = {403, {"Bearer error=\"insufficient_scope\""}, {}, {}};
  EXPECT_EQ(std::vector<std::string>(), missing_scopes_of(refusal));
  refusal = {403, {"Bearer error=\"invalid_token\", scope=\"a\""}, {}, {}};
  EXPECT_EQ(std::nullopt, missing_scopes_of(refusal));
  EXPECT_EQ(std::nullopt, missing_scopes_of(Refusal{403, {}, {}, {}}));
}

}  // namespace
}  // namespace jungle::upstream

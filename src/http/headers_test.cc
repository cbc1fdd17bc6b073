#include "http/headers.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

TEST(HeadersTest, FindsTheFirstFieldInAnyCase) {
  const std::array<Header, 3> headers{{{"Accept", "a"}, {"X-One", "b"}, {"ACCEPT", "c"}}};
  EXPECT_EQ("a", find_header(headers, "accept"));
  EXPECT_EQ("b", find_header(headers, "x-one"));
  EXPECT_FALSE(find_header(headers, "x-on"));
}

TEST(HeadersTest, FindsTokensInLists) {
  EXPECT_TRUE(list_contains("application/json, text/event-stream;q=0.5", "text/event-stream"));
  EXPECT_TRUE(list_contains("Keep-Alive", "keep-alive"));
  EXPECT_TRUE(list_contains(" a ,, close ", "close"));
  EXPECT_FALSE(list_contains("closed", "close"));
  EXPECT_FALSE(list_contains("", "close"));
}

TEST(HeadersTest, KnowsTokens) {
  EXPECT_TRUE(is_token("X-Api-Key"));
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* bad : {"", "a b", "a:", "a\r", "\xc3\xa4", "a(b)", "a\x7f"})
    EXPECT_FALSE(is_token(bad)) << bad;
}

TEST(HeadersTest, RefusesValuesThatEndTheirLine) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("Bearer abc\tdef \xc3\xa4"));
  for (int c = 0; c < 256; ++c) {
    const bool good = c == '\t' || (c >= 0x20 && c != 0x7f);
    // In every position of the eight bytes that are looked at together, and of the rest.
    for (std::size_t at = 0; at < 11; ++at) {
      std::string value(11, 'x');
      value[at] = static_cast<char>(c);
      ASSERT_EQ(good, is_field_value(value)) << c << " at " << at;
    }
  }
}

}  // namespace
}  // namespace jungle::http

#include "base/text.h"

#include <gtest/gtest.h>

namespace jungle {
namespace {

TEST(TextTest, EncodesBase64AsRfc4648Does) {
  EXPECT_EQ("", base64_encode("", Padding::kWith));
  EXPECT_EQ("Zg==", base64_encode("f", Padding::kWith));
  EXPECT_EQ("Zm8", base64_encode("fo", Padding::kWithout));
  EXPECT_EQ("Zm9vYmFy", base64_encode("foobar", Padding::kWith));
  EXPECT_EQ("ZmlsZTovLy9hIGI/LnR4dA", base64_encode("file:///a b?.txt", Padding::kWithout));
}

TEST(TextTest, DecodesBase64WithAndWithoutPadding) {
  EXPECT_EQ("f", base64_decode("Zg=="));
  EXPECT_EQ("f", base64_decode("Zg"));
  EXPECT_EQ("Hello", base64_decode("SGVsbG8="));
}

TEST(TextTest, RefusesMalformedBase64) {
  for (const char* bad : {"!!!", "A", "Zg=", "Zg===", "Z=g=", "Zh", "SGVs!!!bG8="}) {
    EXPECT_FALSE(base64_decode(bad).has_value()) << bad;
  }
}

TEST(TextTest, RoundTripsEveryByteThroughBothAlphabets) {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    const std::string part = bytes.substr(0, n);
    ASSERT_EQ(part, base64_decode(base64_encode(part, Padding::kWithout)));
    ASSERT_EQ(part, base64url_decode(base64url_encode(part)));
  }
}

TEST(TextTest, KnowsUtf8) {
  EXPECT_TRUE(
      is_utf8("gr\xc3\xb6\xc3\x9f"
              "e \xe2\x82\xac \xf0\x9f\x90\x92"));
  EXPECT_FALSE(is_utf8("\xff"));
  EXPECT_FALSE(is_utf8("\xc3"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // Overlong.
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // A surrogate.
  EXPECT_FALSE(is_utf8("\xf5\x80\x80\x80"));  // Past U+10FFFF.
}

TEST(TextTest, ShortensAtACharacterBoundary) {
  EXPECT_EQ("abc", shortened("abc", 3));
  EXPECT_EQ("ab...", shortened("ab\xe2\x82\xac", 3));
}

TEST(TextTest, MakesOneLineOfAPeersText) {
  EXPECT_EQ("a  b [2J", one_line("\n a\r\nb\x1b[2J\x7f", 100));
  EXPECT_EQ("abc...", one_line("  abcdef", 3));
  EXPECT_EQ("", one_line("a\xff", 100));
}

TEST(TextTest, SuggestsTheNearestName) {
  const std::vector<std::string> names{"github__create_issue", "github__list_issues", "echo"};
  EXPECT_EQ("github__create_issue", nearest("github__creat_issue", names));
  EXPECT_EQ("echo", nearest("ehco", names));
  EXPECT_FALSE(nearest("weather", names).has_value());
  EXPECT_EQ("; did you mean 'echo'?", did_you_mean("ech", names));
}

TEST(TextTest, TrimsAndSplits) {
  EXPECT_EQ("a b", trimmed(" \t a b\r\n"));
  EXPECT_EQ((std::vector<std::string>{"a", "", "b"}), split("a,,b", ','));
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-type"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
}

// Eight bytes are compared at once: every place in texts of every length must count.
TEST(TextTest, IgnoresTheCaseOfLettersAndOfNothingElse) {
  for (std::size_t size = 1; size <= 25; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string one(size, 'x');
      std::string other(size, 'X');
      EXPECT_TRUE(equals_ignoring_case(one, other));
      for (const auto& [a, b] :
           {std::pair('a', 'b'), {'@', '`'}, {'[', '{'}, {'Z', 'z' + 1}, {'\xc1', '\xe1'}, {'-', '\r'}}) {
        one[at] = static_cast<char>(a);
        other[at] = static_cast<char>(b);
        EXPECT_FALSE(equals_ignoring_case(one, other)) << one << " " << other;
      }
      one[at] = 'Z';
      other[at] = 'z';
      EXPECT_TRUE(equals_ignoring_case(one, other)) << one << " " << other;
    }
  }
}

TEST(TextTest, FindsAWordInAText) {
  EXPECT_EQ(4u, find_text(R"("a":"resource_link")", "\"resource"));
  EXPECT_EQ(0u, find_text("abab", "ab"));
  EXPECT_EQ(2u, find_text("abab", "ab", 1));
  EXPECT_EQ(std::string_view::npos, find_text("abab", "ab", 3));
  EXPECT_EQ(std::string_view::npos, find_text("", "ab"));
  EXPECT_EQ(std::string_view::npos, find_text("ab", "ab", 3));
}

}  // namespace
}  // namespace jungle

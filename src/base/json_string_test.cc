#include "base/json_string.h"

#include <gtest/gtest.h>

namespace jungle {
namespace {

const std::string kReplacement = "\xef\xbf\xbd";

TEST(JsonStringTest, EscapesWhatJsonRequires) {
  EXPECT_EQ(R"("a\"b\\c\n\r\t\u0001\u007f/")", json_string("a\"b\\c\n\r\t\x01\x7f/"));
  EXPECT_EQ("\"\xc3\xa4\xf0\x9f\x98\x80\"", json_string("\xc3\xa4\xf0\x9f\x98\x80"));
  EXPECT_EQ("\"\"", json_string(""));
}

TEST(JsonStringTest, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ('"' + kReplacement + "x\"", json_string("\xffx"));
  EXPECT_EQ("\"a" + kReplacement + kReplacement + "\\n\"", json_string("a\xe2\x82\n"));
  EXPECT_EQ("\"\xc3\xa4" + kReplacement + '"', json_string("\xc3\xa4\xc3"));
}

// Of such a header a client can send as much as it likes.
TEST(JsonStringTest, TakesALongTextWithoutAnyUtf8) {
  constexpr std::size_t kSize = 4 << 20;
  const std::string text = json_string(std::string(kSize, '\xff'));
  EXPECT_EQ(kReplacement.size() * kSize + 2, text.size());
}

TEST(JsonStringTest, AppendsWithoutQuotes) {
  std::string out = "x=";
  append_json_escaped(out, "a\nb");
  EXPECT_EQ("x=a\\nb", out);
}

}  // namespace
}  // namespace jungle

#include "mcp/json_text.h"

#include <gtest/gtest.h>

namespace jungle::mcp {
namespace {

TEST(JsonTextTest, ReadsStrings) {
  EXPECT_EQ("a\"b\\c\n/", json_string_value(R"("a\"b\\c\n\/")"));
  EXPECT_EQ("\xf0\x9f\x90\x92", json_string_value(R"("\ud83d\udc12")"));
  EXPECT_EQ("\xef\xbf\xbd!", json_string_value(R"("\ud83d!")"));
  EXPECT_EQ("\xef\xbf\xbd", json_string_value(R"("\udc12")"));
}

TEST(JsonTextTest, AppliesEditsInAnyOrder) {
  Splice splice;
  splice.replace(Range{6, 11}, "there");
  splice.replace(Range{0, 5}, "Hi");
  EXPECT_EQ("Hi there", splice.apply("hello world"));
}

}  // namespace
}  // namespace jungle::mcp

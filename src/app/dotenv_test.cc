#include "app/dotenv.h"

#include <gtest/gtest.h>

namespace jungle::app {
namespace {

Environment parsed(std::string_view text, const Environment& outer = {}) {
  auto variables = parse_dotenv(text, outer);
  return variables ? *variables : Environment{{"error", variables.error().message}};
}

TEST(DotenvTest, ReadsAssignmentsAndSkipsComments) {
  EXPECT_EQ((Environment{{"A", "1"}, {"B", "two words"}, {"C", ""}, {"D.E", "x"}}),
            parsed("\xef\xbb\xbf# a comment\n\nA=1\r\n  export B = two words  # why\nC=\nD.E: x"));
  EXPECT_EQ((Environment{{"A", "a#b"}}), parsed("A=a#b"));
  EXPECT_EQ(Environment{}, parsed(""));
}

TEST(DotenvTest, ReadsQuotedValues) {
  EXPECT_EQ((Environment{{"A", " $X \\n "}, {"B", "l1\nl2\t\"q\""}, {"C", "a\nb"}}),
            parsed("A=' $X \\n '\nB=\"l1\\nl2\\t\\\"q\\\"\" # c\nC=\"a\nb\"\n"));
}

TEST(DotenvTest, ExpandsVariablesFromAboveAndFromOutside) {
  EXPECT_EQ((Environment{{"A", "1"}, {"B", "1-o-"}, {"C", "$A $ ${"}, {"D", "1"}}),
            parsed("A=1\nB=$A-${OUT}-$NOPE\nC=\\$A $ ${\nD=\"${A}\"", {{"OUT", "o"}, {"A", "outer"}}));
}

TEST(DotenvTest, NamesTheLineOfAFault) {
  EXPECT_EQ("line 2: no '=' after the variable name", parsed("A=1\nB\n")["error"]);
  EXPECT_EQ("line 1: a variable name is missing", parsed("=x")["error"]);
  EXPECT_EQ("line 1: a quoted value has no closing quote", parsed("A=\"x\nB=1")["error"]);
  EXPECT_EQ("line 1: a quoted value has no closing quote", parsed("A=\"x\\")["error"]);
  EXPECT_EQ("line 1: text after a quoted value", parsed("A='x'y")["error"]);
}

TEST(DotenvTest, QuotesNothingOfAMalformedLine) {
  for (const char* text :
       {"canary", "canary value", "A=1\ncanary\n", "A='x'canary", "A=\"canary", "=canary", "\"canary\""}) {
    const auto variables = parse_dotenv(text, {});
    ASSERT_FALSE(variables.has_value()) << text;
    EXPECT_EQ(std::string::npos, variables.error().message.find("canary")) << variables.error().message;
  }
}

TEST(DotenvTest, VariablesInVariablesHaveALimit) {
  const std::string largest(kDotenvBytesMax, 'x');
  for (const std::string quote : {"", "'", "\""}) {
    EXPECT_EQ(1u, parsed("A=" + quote + largest + quote).count("A"));
    EXPECT_EQ("line 2: the values are larger than 1048576 bytes",
              parsed("A=1\nB=" + quote + largest + quote + "\n")["error"]);
  }
  std::string text = "V0=xxxxxxxxxxxxxxxx\n";
  for (int i = 1; i < 12; ++i) {
    text += "V" + std::to_string(i) + "=";
    for (int k = 0; k < 8; ++k)
      text += "$V" + std::to_string(i - 1);
    text += "\n";
  }
  EXPECT_EQ("line 7: the values are larger than 1048576 bytes", parsed(text)["error"]);
}

}  // namespace
}  // namespace jungle::app

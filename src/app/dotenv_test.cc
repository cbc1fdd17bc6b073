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
  EXPECT_EQ("line 2: no '=' after 'B'", parsed("A=1\nB\n")["error"]);
  EXPECT_EQ("line 1: a variable name is missing", parsed("=x")["error"]);
  EXPECT_EQ("line 1: a quoted value has no closing quote", parsed("A=\"x\nB=1")["error"]);
  EXPECT_EQ("line 1: a quoted value has no closing quote", parsed("A=\"x\\")["error"]);
  EXPECT_EQ("line 1: text after a quoted value", parsed("A='x'y")["error"]);
}

}  // namespace
}  // namespace jungle::app

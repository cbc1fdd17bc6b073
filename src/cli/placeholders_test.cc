#include "cli/placeholders.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

class PlaceholdersTest : public ::testing::Test {
 protected:
  std::string expand(const std::string& text) {
    auto out = expanded(text, environment_);
    return out ? *out : "error: " + out.error().message;
  }
  std::string expand_json(std::string_view text) {
    auto json = admin_api::parse_json(text, admin_api::Trailing::kRefuse);
    auto done = expand_placeholders(*json, environment_);
    return done ? compact(*json) : "error: " + done.error().message;
  }

  app::Environment environment_{{"A", "1"}, {"B", "two"}, {"EMPTY", ""}, {"NESTED", "${A}"}, {"odd name!", "odd"}};
};

TEST_F(PlaceholdersTest, ReplacesEveryPlaceholder) {
  EXPECT_EQ("1", expand("${A}"));
  EXPECT_EQ("x1two1y", expand("x${A}${B}${A}y"));
  EXPECT_EQ("", expand("${EMPTY}"));
  EXPECT_EQ("odd", expand("${odd name!}"));
}

TEST_F(PlaceholdersTest, LeavesOtherDollarSignsAlone) {
  for (const char* text : {"$A", "$", "$$", "a$", "$(A)", "{A}", "$ {A}"})
    EXPECT_EQ(text, expand(text));
}

TEST_F(PlaceholdersTest, TwoDollarSignsStandForALiteralPlaceholder) {
  EXPECT_EQ("${A}", expand("$${A}"));
  EXPECT_EQ("${1", expand("$${${A}"));
  EXPECT_EQ("$${A}", expand("$$${A}"));
}

TEST_F(PlaceholdersTest, DoesNotExpandWhatAVariableHolds) { EXPECT_EQ("${A}", expand("${NESTED}")); }

TEST_F(PlaceholdersTest, NamesAVariableThatIsNotSet) {
  EXPECT_EQ("error: environment variable NOPE is not set", expand("a${NOPE}"));
}

TEST_F(PlaceholdersTest, QuotesAMalformedPlaceholder) {
  EXPECT_EQ(R"(error: invalid environment variable placeholder in "${NOPE")", expand("${NOPE"));
  EXPECT_EQ(R"(error: invalid environment variable placeholder in "x${}")", expand("x${}"));
  EXPECT_EQ(R"(error: invalid environment variable placeholder in "${A${B}}")", expand("${A${B}}"));
}

TEST_F(PlaceholdersTest, WalksValuesAtAnyDepthButNotKeys) {
  EXPECT_EQ(R"({"${A}":"1","n":1,"list":["two",{"x":"1"}],"map":{"k":"two"},"t":true,"z":null})",
            expand_json(R"({"${A}":"${A}","n":1,"list":["${B}",{"x":"${A}"}],"map":{"k":"${B}"},"t":true,"z":null})"));
}

TEST_F(PlaceholdersTest, SaysWhereInTheFileAVariableIsMissing) {
  EXPECT_EQ("error: environment variable NOPE is not set (at env.API_KEY)",
            expand_json(R"({"env":{"API_KEY":"${NOPE}"}})"));
  EXPECT_EQ("error: environment variable NOPE is not set (at args[1])", expand_json(R"({"args":["x","${NOPE}"]})"));
  EXPECT_EQ("error: environment variable NOPE is not set", expand_json(R"("${NOPE}")"));
}

}  // namespace
}  // namespace jungle::cli

#include "cli/key_value.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

using Pairs = std::map<std::string, std::string>;

Pairs pairs_of(std::string_view text) {
  Pairs pairs;
  auto added = add_key_values(text, pairs);
  return added ? pairs : Pairs{{"error", added.error().message}};
}

TEST(KeyValueTest, SplitsAtCommasOnlyWhenThereIsMoreThanOneEqualsSign) {
  EXPECT_EQ((Pairs{{"a", "1"}}), pairs_of("a=1"));
  EXPECT_EQ((Pairs{{"a", "1"}, {"b", "2"}}), pairs_of("a=1,b=2"));
  EXPECT_EQ((Pairs{{"a", "1,2"}}), pairs_of("a=1,2"));
  EXPECT_EQ((Pairs{{"q", "x=y"}}), pairs_of("q=x=y"));
  EXPECT_EQ((Pairs{{"a", ""}, {"b", ""}}), pairs_of("a=,b="));
}

TEST(KeyValueTest, ReadsQuotedFields) {
  EXPECT_EQ((Pairs{{"a", "1,2"}, {"b", "\"3\""}}), pairs_of("\"a=1,2\",\"b=\"\"3\"\"\""));
}

TEST(KeyValueTest, RefusesWhatIsNoPairAndAddsNothingThen) {
  EXPECT_EQ((Pairs{{"error", "a must be formatted as key=value"}}), pairs_of("a"));
  EXPECT_EQ((Pairs{{"error", "2 must be formatted as key=value"}}), pairs_of("a=1,2,b=3"));
  EXPECT_EQ((Pairs{{"error", " must be formatted as key=value"}}), pairs_of(""));
  Pairs pairs{{"x", "kept"}};
  EXPECT_FALSE(add_key_values("a=1,oops,b=2", pairs).has_value());
  EXPECT_EQ((Pairs{{"x", "kept"}}), pairs);
}

TEST(KeyValueTest, TheLastOfRepeatedKeysWins) {
  Pairs pairs{{"a", "0"}};
  ASSERT_TRUE(add_key_values("a=1,a=2", pairs).has_value());
  EXPECT_EQ((Pairs{{"a", "2"}}), pairs);
}

}  // namespace
}  // namespace jungle::cli

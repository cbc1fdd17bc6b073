#include "e2e/json_pattern.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

class JsonPatternTest : public ::testing::Test {
 protected:
  // Why `actual` is not what `pattern` says; empty if it is.
  std::string compare(const std::string& pattern, const std::string& actual) {
    return mismatch(read_pattern(pattern).value(), json::parse(actual), variables_).value_or("");
  }
  Variables variables_;
};

TEST_F(JsonPatternTest, TakesWhatIsEqual) {
  EXPECT_EQ("", compare(R"({"a":[1,{"b":null}],"c":"x"})", R"({"c":"x","a":[1,{"b":null}]})"));
}

TEST_F(JsonPatternTest, SaysWhereValuesDiffer) {
  EXPECT_EQ("it.a[1].b is 2, not 3", compare(R"({"a":[1,{"b":3}]})", R"({"a":[1,{"b":2}]})"));
  EXPECT_EQ("it.a is \"1\", not 1", compare(R"({"a":1})", R"({"a":"1"})"));
  EXPECT_EQ("it has no 'a'", compare(R"({"a":1})", R"({})"));
  EXPECT_EQ("it is [1,2], not [1]", compare("[1]", "[1,2]"));
}

TEST_F(JsonPatternTest, TakesMoreMembersWhereItSaysSo) {
  EXPECT_EQ("it has more than expected: {\"b\":2}", compare(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_EQ("", compare(R"({"a":1,…})", R"({"a":1,"b":2})"));
  EXPECT_EQ("", compare(R"({…})", R"({"b":2})"));
  EXPECT_EQ("it.a has more than expected: {\"b\":2}", compare(R"({"a":{},…})", R"({"a":{"b":2}})"));
}

TEST_F(JsonPatternTest, TakesMoreTextWhereItSaysSo) {
  EXPECT_EQ("", compare(R"("it took…")", R"("it took 3 s")"));
  EXPECT_NE("", compare(R"("it took")", R"("it took 3 s")"));
  EXPECT_NE("", compare(R"("it took…")", R"("nothing")"));
  EXPECT_NE("", compare(R"("…")", "3"));
}

TEST_F(JsonPatternTest, KeepsWhatAVariableStandsFor) {
  EXPECT_EQ("", compare(R"({"$key":{"id":"$id"}})", R"({"input-1":{"id":7}})"));
  EXPECT_EQ("", compare(R"({"$key":"$id"})", R"({"input-1":7})"));
  EXPECT_EQ("it.input-1 is 8, not 7", compare(R"({"$key":"$id"})", R"({"input-1":8})"));
  EXPECT_EQ("it has no 'input-1'", compare(R"({"$key":7})", R"({"input-2":7})"));
  EXPECT_EQ(R"({"input-1":[7]})", json::serialize(*filled(read_pattern(R"({"$key":["$id"]})").value(), variables_)));
}

TEST_F(JsonPatternTest, SendsNothingIncomplete) {
  for (const std::string pattern : {R"({"a":"$unset"})", R"({"a":1,…})", R"(["so…"])"})
    EXPECT_FALSE(filled(read_pattern(pattern).value(), variables_).has_value()) << pattern;
}

TEST_F(JsonPatternTest, RefusesWhatIsNoJson) {
  for (const std::string text : {"{", "{\"a\":…}", "[…]", "{…,\"a\":1", "nothing"})
    EXPECT_FALSE(read_pattern(text).has_value()) << text;
}

}  // namespace
}  // namespace jungle::e2e

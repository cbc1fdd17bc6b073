#include "admin_api/json.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

std::string message_of(std::string_view text, Trailing trailing = Trailing::kIgnore) {
  auto value = parse_json(text, trailing);
  return value ? "(parsed)" : value.error().message;
}

TEST(JsonTest, KeepsNumbersAndTheOrderOfMembersAsTheyWereWritten) {
  const std::string text = R"({"b":1.0,"a":1e3,"c":123456789012345678901234567890,"d":-0,"e":9007199254740993})";
  auto value = parse_json(text, Trailing::kRefuse);
  ASSERT_TRUE(value.has_value()) << value.error().message;
  EXPECT_EQ(text, compact(*value));
}

TEST(JsonTest, WritesStringsWithTheEscapesThatJsonRequires) {
  EXPECT_EQ(R"("a\"b\\c\n\r\t\u0001/é<>&")", json_string("a\"b\\c\n\r\t\x01/é<>&"));
  EXPECT_EQ("\"a\xef\xbf\xbdz\"", json_string("a\xffz"));
  EXPECT_EQ("\"\xef\xbf\xbd\"", json_string("\xe2"));
}

TEST(JsonTest, ReadsEscapes) {
  auto value = parse_json(R"(["\u00e9\ud83d\udc12","\/\b\f"])", Trailing::kRefuse);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ("é🐒", value->items[0].text);
  EXPECT_EQ("/\b\f", value->items[1].text);
}

TEST(JsonTest, SaysEofForAnEmptyTextAndUnexpectedEofForACutOne) {
  EXPECT_EQ("EOF", message_of(""));
  EXPECT_EQ("EOF", message_of(" \n"));
  for (const char* cut : {"{", "[1,", "\"a", "{\"a\":", "tru", "{\"a\":1", "-"})
    EXPECT_EQ("unexpected EOF", message_of(cut)) << cut;
}

TEST(JsonTest, NamesTheCharacterThatIsWrong) {
  EXPECT_EQ(0U, message_of("{a}").find("invalid character 'a'")) << message_of("{a}");
  EXPECT_EQ(0U, message_of("[1}").find("invalid character '}'")) << message_of("[1}");
  EXPECT_EQ(0U, message_of("<html>").find("invalid character '<'")) << message_of("<html>");
}

TEST(JsonTest, TellsWhereTheFaultIs) {
  std::size_t offset = 0;
  EXPECT_FALSE(parse_json("{\n  \"a\": x\n}", Trailing::kRefuse, &offset).has_value());
  EXPECT_EQ(9U, offset);
}

TEST(JsonTest, IgnoresWhatFollowsTheFirstValueOnlyWhenAsked) {
  EXPECT_EQ("(parsed)", message_of("{} x"));
  EXPECT_EQ(0U, message_of("{} x", Trailing::kRefuse).find("invalid character 'x'"));
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const char* bad : {"[1,]", "{'a':1}", "01", "1.", "\"\x01\"", "\"\xff\"", "nul", "// x\n1", "{\"a\" 1}", "NaN"})
    EXPECT_NE("(parsed)", message_of(bad, Trailing::kRefuse)) << bad;
}

TEST(JsonTest, TakesTheDeepestNestingAndRefusesOneMore) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ("(parsed)", message_of(nested(kJsonDepthMax)));
  EXPECT_EQ("JSON is nested deeper than 128 levels", message_of(nested(kJsonDepthMax + 1)));
  EXPECT_EQ("JSON is nested deeper than 128 levels", message_of(nested(1'000'000)));
}

TEST(JsonTest, TakesTheMostValuesAndRefusesOneMore) {
  const JsonLimits limits{.values_max = 3};
  EXPECT_TRUE(parse_json("[1,1]", Trailing::kRefuse, nullptr, limits).has_value());  // The array is a value too.
  auto refused = parse_json("[1,1,1]", Trailing::kRefuse, nullptr, limits);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(ErrorCode::kLimitExceeded, refused.error().code);
  EXPECT_EQ("JSON holds more than 3 values", refused.error().message);
}

TEST(JsonTest, PrintsPrettilyWithTwoSpaces) {
  auto value = parse_json(R"({"a":[1,{"b":null}],"c":{},"d":[],"e":true})", Trailing::kRefuse);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(R"({
  "a": [
    1,
    {
      "b": null
    }
  ],
  "c": {},
  "d": [],
  "e": true
})",
            pretty(*value));
}

TEST(JsonTest, FindsTheLastOfRepeatedKeys) {
  auto value = parse_json(R"({"a":"1","a":"2"})", Trailing::kRefuse);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ("2", value->text_of("a"));
  EXPECT_EQ("", value->text_of("b"));
}

TEST(JsonTest, ReadsNullAsAnEmptyArray) {
  EXPECT_TRUE(parse_array("null")->items.empty());
  EXPECT_FALSE(parse_array("{}").has_value());
}

}  // namespace
}  // namespace jungle::admin_api

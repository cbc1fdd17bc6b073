#include "mcp/json_reader.h"

#include <gtest/gtest.h>

#include "mcp/error_code.h"

namespace jungle::mcp {
namespace {

BadMessage bad(std::string text) {
  auto got = read_message(std::move(text), ResultForm::kLegacy);
  const BadMessage* found = std::get_if<BadMessage>(&got);
  return found != nullptr ? *found : BadMessage{0, "a message after all", {}};
}

template <typename T>
T good(std::string text) {
  auto got = read_message(std::move(text), ResultForm::kLegacy);
  return std::get<T>(std::move(std::get<Message>(got)));
}

TEST(JsonReaderTest, ReadsARequest) {
  const auto request = good<Request>(
      R"( {"jsonrpc": "2.0", "id": 41, "method": "tools/call", "params": {"name": "x", "_meta": {"progressToken": "p"}}} )");
  EXPECT_EQ("41", request.id);
  EXPECT_EQ(Method::kToolsCall, request.method);
  EXPECT_EQ("x", request.params.find_string("name"));
  EXPECT_EQ("\"p\"", request.params.find_meta("progressToken"));
  EXPECT_EQ(R"({"name": "x", "_meta": {"progressToken": "p"}})", request.params.received_text());
}

TEST(JsonReaderTest, FindsParamsThatComeBeforeTheMethod) {
  const auto request =
      good<Request>(R"({"params":{"uri":"a\u0062"},"method":"resources/read","id":"7","jsonrpc":"2.0"})");
  EXPECT_EQ("\"7\"", request.id);
  EXPECT_EQ("ab", request.params.find_string("uri"));
}

TEST(JsonReaderTest, TakesARequestWithoutIdForANotification) {
  EXPECT_EQ("notifications/initialized",
            good<Notification>(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").method);
  EXPECT_EQ("{}", good<Notification>(R"({"jsonrpc":"2.0","id":null,"method":"x"})").params);
}

TEST(JsonReaderTest, ReadsResponsesWithoutTouchingTheirPayload) {
  const auto ok =
      good<IncomingResponse>(R"({"jsonrpc":"2.0","id":1,"result":{ "big": 123456789012345678901234567890 }})");
  EXPECT_EQ(R"({ "big": 123456789012345678901234567890 })", ok.response.payload());
  EXPECT_FALSE(ok.response.is_error());
  const auto failed = good<IncomingResponse>(R"({"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}})");
  EXPECT_TRUE(failed.response.is_error());
  EXPECT_EQ("", failed.id);
}

std::optional<std::string_view> type_of(const std::string& result) {
  static IncomingResponse incoming;
  incoming = good<IncomingResponse>(R"({"jsonrpc":"2.0","id":1,"result":)" + result + "}");
  return incoming.response.raw_type();
}

TEST(JsonReaderTest, FindsTheTypeOfAResult) {
  EXPECT_EQ(R"("complete")", type_of(R"({"resultType":"complete"})"));
  EXPECT_EQ(R"("task")", type_of(R"({ "a" : {"resultType":"complete"}, "resultType" : "task" , "b":[1]})"));
  EXPECT_EQ("7", type_of(R"({"resultType":7})"));
  EXPECT_EQ("", type_of(R"({"type":"resultType"})"));
  EXPECT_EQ("", type_of("{}"));
  EXPECT_EQ(kParseError, bad(R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"a","resultType":"b"}})").code);
  EXPECT_EQ(kParseError, bad(R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"a"]})").code);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":1,"result":[]})").code);
}

// Strings are looked at in steps of several bytes: what ends them, or is wrong in them, may stand at any place.
TEST(JsonReaderTest, FindsTheEndOfAStringWhereverItIs) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string plain(size, 'x');
    EXPECT_TRUE(validate_json('"' + plain + '"'));
    EXPECT_FALSE(validate_json('"' + plain));
    EXPECT_FALSE(validate_json('"' + plain + "\"x"));
    for (std::size_t at = 0; at <= size; ++at) {
      const auto with = [&](std::string_view inside) {
        return validate_json('"' + plain.substr(0, at) + std::string(inside) + plain.substr(at) + '"').has_value();
      };
      for (const char* const allowed :
           {"\\n", "\\\"", "\\\\", "\\u00e9", "\x7f", "\xc3\xa9", "\xf0\x9f\x98\x80", " ", "'"})
        EXPECT_TRUE(with(allowed)) << size << " " << at << " " << allowed;
      for (const std::string_view refused : {std::string_view("\0", 1), std::string_view("\x1f"),
                                             std::string_view("\n"), std::string_view("\\x"), std::string_view("\"")})
        EXPECT_FALSE(with(refused)) << size << " " << at;
    }
  }
}

TEST(JsonReaderTest, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "  ", "{", "{]", "nul", "{\"a\":01}", "{\"a\":1.}", "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\n\"}",
        "{\"a\" 1}", "{\"a\":1,}", "{,}", "[1,]", "{} {}", "\xff", "{\"a\":\"\\u12g4\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":[1,,2]}}"}) {
    EXPECT_EQ(kParseError, bad(text).code) << text;
  }
}

TEST(JsonReaderTest, RefusesWhatIsNoMessageAndKeepsItsId) {
  EXPECT_EQ(kInvalidRequest, bad("[]").code);
  EXPECT_EQ(kInvalidRequest, bad("3").code);
  EXPECT_EQ("5", bad(R"({"jsonrpc":"1.0","id":5,"method":"x"})").id);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":5,"method":7})").code);
  EXPECT_EQ(kInvalidParams, bad(R"({"jsonrpc":"2.0","id":5,"method":"x","params":[1]})").code);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":{},"method":"x"})").code);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":1.5,"method":"x"})").code);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":1})").code);
  EXPECT_EQ(kInvalidRequest, bad(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})").code);
}

TEST(JsonReaderTest, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(kParseError, bad(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"x"})").code);
  EXPECT_EQ(kParseError, bad(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"name":"a","name":"b"}})").code);
}

TEST(JsonReaderTest, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(validate_json(nested(kJsonDepthMax)).has_value());
  EXPECT_FALSE(validate_json(nested(kJsonDepthMax + 1)).has_value());
  EXPECT_FALSE(validate_json(std::string(10'000, '[')).has_value());
}

TEST(JsonReaderTest, SplitsABatch) {
  EXPECT_TRUE(looks_like_batch(" \n[{}]"));
  EXPECT_FALSE(looks_like_batch("{}"));
  const auto split = split_batch(R"( [ {"a":1} , {"b":[2]} ] )");
  EXPECT_EQ((std::vector<std::string>{R"({"a":1})", R"({"b":[2]})"}), std::get<0>(split));
  EXPECT_EQ(kInvalidRequest, std::get<BadMessage>(split_batch("[]")).code);
  EXPECT_EQ(kParseError, std::get<BadMessage>(split_batch("[{]")).code);
  std::string many = "[1";
  for (std::size_t i = 1; i <= kBatchMessagesMax; ++i)
    many += ",1";
  EXPECT_EQ(kInvalidRequest, std::get<BadMessage>(split_batch(many + "]")).code);
}

TEST(JsonReaderTest, ReadsMembersWithinAText) {
  const std::string text = R"(xx{"a":1,"b":"c"}yy)";
  const auto members = read_members(text, Range{2, text.size() - 2});
  ASSERT_TRUE(members.has_value());
  EXPECT_EQ("\"c\"", members->find(text, "b")->value.of(text));
  EXPECT_FALSE(read_members("[]").has_value());
}

}  // namespace
}  // namespace jungle::mcp

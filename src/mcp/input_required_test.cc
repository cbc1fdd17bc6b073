#include "mcp/input_required.h"

#include <gtest/gtest.h>

#include "mcp/json_reader.h"

namespace jungle::mcp {
namespace {

Response result(std::string text) { return Response::result(std::move(text), ResultForm::kModern); }

std::string why_malformed(std::string text) {
  const auto read = read_input_required(result(std::move(text)));
  if (!read) return "it is not input_required";
  return *read ? "it is well-formed" : read->error().message;
}

TEST(InputRequired, IsReadInOrder) {
  const auto read = read_input_required(result(
      R"({"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"?"}},)"
      R"("dirs":{"method":"roots/list"}},"requestState":"a\"b"})"));
  ASSERT_TRUE(read.has_value());
  ASSERT_TRUE(read->has_value());
  const InputRequired& input = **read;
  ASSERT_EQ(2u, input.requests.size());
  EXPECT_EQ("who", input.requests[0].first);
  EXPECT_EQ("elicitation/create", input.requests[0].second.method);
  EXPECT_EQ(R"({"message":"?"})", input.requests[0].second.params);
  EXPECT_EQ("dirs", input.requests[1].first);
  EXPECT_EQ("", input.requests[1].second.params);
  EXPECT_EQ(R"("a\"b")", input.request_state);
  EXPECT_EQ(
      R"({"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":)"
      R"("?"}},"dirs":{"method":"roots/list"}},"requestState":"a\"b"})",
      input_required_result(input).payload());
}

TEST(InputRequired, IsNothingElse) {
  EXPECT_FALSE(read_input_required(result(R"({"content":[]})")).has_value());
  EXPECT_FALSE(read_input_required(result(R"({"resultType":"complete","content":["input_required"]})")).has_value());
  EXPECT_FALSE(read_input_required(Response::error(-1, "input_required")).has_value());
}

TEST(InputRequired, SaysWhatIsMalformed) {
  EXPECT_EQ("it asks for input without saying which", why_malformed(R"({"resultType":"input_required"})"));
  EXPECT_EQ("its requestState is no string", why_malformed(R"({"resultType":"input_required","requestState":7})"));
  EXPECT_EQ("its inputRequests are no object", why_malformed(R"({"resultType":"input_required","inputRequests":[1]})"));
  EXPECT_EQ("one of its inputRequests is no object",
            why_malformed(R"({"resultType":"input_required","inputRequests":{"a":1}})"));
  EXPECT_EQ("one of its inputRequests names no method",
            why_malformed(R"({"resultType":"input_required","inputRequests":{"a":{}}})"));
  EXPECT_EQ("the params of one of its inputRequests are no object",
            why_malformed(R"({"resultType":"input_required","inputRequests":{"a":{"method":"x","params":[]}}})"));
}

TEST(InputRequired, HasALimit) {
  std::string requests;
  for (std::size_t i = 0; i <= kInputRequestsMax; ++i)
    requests += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"method":"roots/list"})";
  EXPECT_EQ("it asks for more than 32 inputs at once",
            why_malformed(R"({"resultType":"input_required","inputRequests":{)" + requests + "}}"));
  EXPECT_EQ("one of its inputRequests has a key over the limit",
            why_malformed(R"({"resultType":"input_required","inputRequests":{")" +
                          std::string(kInputKeyBytesMax + 1, 'k') + R"(":{"method":"roots/list"}}})"));
}

TEST(InputRequired, ResponsesReplaceThoseOfTheRoundBefore) {
  Params params = *read_params(R"({"name":"x","inputResponses":{"old":{}},"requestState":"old"})");
  add_input_responses(params, {R"({"a":{}})", R"("new")"});
  EXPECT_EQ(R"({"name":"x","inputResponses":{"a":{}},"requestState":"new"})", params.render({}));
  add_input_responses(params, {R"({"b":{}})", {}});
  EXPECT_EQ(R"({"name":"x","inputResponses":{"b":{}}})", params.render({}));
}

}  // namespace
}  // namespace jungle::mcp

#include "admin_api/calls.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

template <typename T>
std::string message_of(const Result<T>& result) {
  return result ? "(parsed)" : result.error().message;
}

TEST(CallsTest, TakesTheNameOutOfTheFlatObject) {
  auto request = parse_invoke_request(R"({"name":"everything__echo","message":"hi","n":1.0})");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ("everything__echo", request->name);
  EXPECT_EQ(R"({"message":"hi","n":1.0})", request->arguments_json);
  EXPECT_EQ("{}", parse_invoke_request(R"({"name":"a__b"})")->arguments_json);
}

TEST(CallsTest, SaysWhatIsWrongWithAnInvocation) {
  EXPECT_EQ("failed to decode request body: EOF", message_of(parse_invoke_request("")));
  EXPECT_EQ("failed to decode request body: unexpected EOF", message_of(parse_invoke_request("{")));
  EXPECT_EQ("failed to decode request body: json: cannot unmarshal array into Go value of type map[string]interface {}",
            message_of(parse_invoke_request("[]")));
  EXPECT_EQ("missing 'name' field in request body", message_of(parse_invoke_request("{}")));
  EXPECT_EQ("missing 'name' field in request body", message_of(parse_invoke_request("null")));
  EXPECT_EQ("'name' field must be a string", message_of(parse_invoke_request(R"({"name":1})")));
}

TEST(CallsTest, JoinsNameAndArguments) {
  EXPECT_EQ(R"({"name":"a__b"})", *render_invoke_request("a__b", ""));
  EXPECT_EQ(R"({"name":"a__b"})", *render_invoke_request("a__b", "null"));
  EXPECT_EQ(R"({"name":"a__b","x":1e2})", *render_invoke_request("a__b", R"({ "x": 1e2, "name": "no" })"));
  EXPECT_EQ("unexpected EOF", message_of(render_invoke_request("a__b", "{")));
  EXPECT_EQ("json: cannot unmarshal array into Go value of type map[string]interface {}",
            message_of(render_invoke_request("a__b", "[]")));
  EXPECT_FALSE(render_invoke_request("a__b", "{} {}").has_value());
}

TEST(CallsTest, ReadsPromptRequests) {
  auto request = parse_prompt_request(R"({"name":"up__p1","arguments":{"a":"1"}})");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ("up__p1", request->name);
  EXPECT_EQ((std::map<std::string, std::string>{{"a", "1"}}), request->arguments);
  EXPECT_EQ(R"({"name":"up__p1","arguments":{"a":"1"}})", render(*request));
  EXPECT_EQ(R"({"name":"p"})", render(PromptRequest{"p", {}}));
  EXPECT_EQ(
      "failed to decode request body: json: cannot unmarshal number into Go struct field PromptGetRequest.arguments of "
      "type string",
      message_of(parse_prompt_request(R"({"name":"p","arguments":{"a":1}})")));
  EXPECT_EQ("missing 'name' field in request body", message_of(parse_prompt_request("{}")));
}

TEST(CallsTest, ReadsResourceRequests) {
  EXPECT_EQ("mcpj://res/a/eA", *parse_resource_request(render_resource_request("mcpj://res/a/eA")));
  EXPECT_EQ("missing 'uri' field in request body", message_of(parse_resource_request("{}")));
  EXPECT_EQ("failed to decode request body: unexpected EOF", message_of(parse_resource_request("{")));
}

TEST(CallsTest, PassesToolResultsOnWithoutRetypingThem) {
  EXPECT_EQ(R"({"_meta":{"t":1},"isError":true,"content":[{"type":"text","text":"x"}],"structuredContent":{"n":1.0}})",
            *invoke_result_of(R"({"content":[{"type":"text","text":"x"}],"structuredContent":{"n":1.0},)"
                              R"("isError":true,"_meta":{"t":1},"resultType":"complete"})"));
  EXPECT_EQ(R"({"content":[]})", *invoke_result_of(R"({"isError":false,"_meta":{},"structuredContent":null})"));
  EXPECT_EQ(R"({"content":[],"vendor":{"x":[]}})", *invoke_result_of(R"({"vendor":{"x":[]}})"));
}

TEST(CallsTest, SaysWhenAResultIsNone) {
  EXPECT_EQ(ErrorCode::kUpstreamRejected, invoke_result_of("nope").error().code);
  EXPECT_EQ(ErrorCode::kUpstreamRejected, prompt_result_of("[]").error().code);
  EXPECT_EQ(ErrorCode::kLimitExceeded, read_result_of(std::string(500, '['), "u").error().code);
}

TEST(CallsTest, CallsThePromptsMetaMeta) {
  EXPECT_EQ(R"({"description":"","messages":[]})", *prompt_result_of("{}"));
  EXPECT_EQ(R"({"description":"r","messages":[{"role":"user"}],"meta":{"m":1}})",
            *prompt_result_of(R"({"messages":[{"role":"user"}],"_meta":{"m":1},"description":"r"})"));
}

TEST(CallsTest, ShowsTheExposedUriInEveryContent) {
  EXPECT_EQ(R"({"contents":[{"uri":"mcpj://res/a/eA","mimeType":"text/plain","text":"t"},{"uri":"mcpj://res/a/eA"}]})",
            *read_result_of(R"({"contents":[{"uri":"x","mimeType":"text/plain","text":"t"},{"uri":"y"}]})",
                            "mcpj://res/a/eA"));
  EXPECT_EQ(R"({"contents":[]})", *read_result_of("{}", "u"));
}

}  // namespace
}  // namespace jungle::admin_api

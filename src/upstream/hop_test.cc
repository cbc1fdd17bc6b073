#include "upstream/hop.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/tasks.h"

namespace jungle::upstream {
namespace {

using ::testing::HasSubstr;

mcp::Request request_with(std::string params) {
  mcp::Request request;
  request.method_name = "tools/call";
  request.params = mcp::read_params(std::move(params)).value();
  return request;
}
std::optional<mcp::Notification> event(const std::string& method, const std::string& params,
                                       const mcp::CallContext& call) {
  return event_for_client(mcp::Notification{method, params}, "\"mine\"", "7", call);
}
mcp::Response modern(std::string result) { return mcp::Response::result(std::move(result), mcp::ResultForm::kModern); }

TEST(HopTest, LeavesLegacyParamsWithoutMetaUntouched) {
  const mcp::CallContext call;
  EXPECT_EQ(R"({"a" : 1})", hop_params(Era::kLegacy, request_with(R"({"a" : 1})"), call, "7", "{}"));
}

TEST(HopTest, StripsTheClientsHopFieldsAndReplacesItsToken) {
  const mcp::CallContext call;
  const auto request = request_with(
      R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","traceparent":"t","progressToken":"c"}})");
  EXPECT_EQ(R"({"_meta":{"traceparent":"t","progressToken":7}})", hop_params(Era::kLegacy, request, call, "7", "{}"));
}

TEST(HopTest, GivesALegacyServerNothingOfARepeatedRequest) {
  mcp::CallContext call;
  const auto request =
      request_with(R"({"name":"x","inputResponses":{"a":{"action":"accept"}},"requestState":"s","_meta":{"k":1}})");
  EXPECT_EQ(R"({"name":"x","_meta":{"k":1}})", hop_params(Era::kLegacy, request, call, "7", "{}"));
  EXPECT_THAT(hop_params(Era::kModern, request, call, "7", "{}"), HasSubstr(R"("requestState":"s")"));
  call.revision = mcp::kNewestLegacy;  // To a legacy client these are names like others.
  EXPECT_THAT(hop_params(Era::kLegacy, request, call, "7", "{}"), HasSubstr(R"("requestState":"s")"));
}

TEST(HopTest, PassesTheEndOfAnElicitationToLegacyClients) {
  mcp::CallContext call;
  EXPECT_FALSE(event("notifications/elicitation/complete", R"({"elicitationId":"e"})", call));
  call.revision = mcp::kNewestLegacy;
  EXPECT_TRUE(event("notifications/elicitation/complete", R"({"elicitationId":"e"})", call));
}

TEST(HopTest, WritesItsOwnHopFieldsForAModernServer) {
  mcp::CallContext call;
  call.log_level = mcp::LogLevel::kInfo;
  const auto request = request_with(R"({"_meta":{"io.modelcontextprotocol/clientCapabilities":{"sampling":{}}}})");
  const std::string params = hop_params(Era::kModern, request, call, "7", R"({"name":"us"})");
  EXPECT_THAT(params, HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{})"));
  EXPECT_THAT(params, HasSubstr(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")"));
  EXPECT_THAT(params, HasSubstr(R"("io.modelcontextprotocol/clientInfo":{"name":"us"})"));
  EXPECT_THAT(params, HasSubstr(R"("io.modelcontextprotocol/logLevel":"info")"));
  EXPECT_TRUE(mcp::validate_json(params).has_value());
}

TEST(HopTest, PassesProgressOnUnderTheClientsToken) {
  const mcp::CallContext call;
  const auto own = event("notifications/progress", R"({"progressToken":7,"progress":1})", call);
  ASSERT_TRUE(own);
  EXPECT_EQ(R"({"progressToken":"mine","progress":1})", own->params);
  EXPECT_FALSE(event("notifications/progress", R"({"progressToken":8,"progress":1})", call));
  EXPECT_FALSE(event("notifications/tools/list_changed", "{}", call));
}

TEST(HopTest, ShowsAModernClientOnlyTheLogItAskedFor) {
  mcp::CallContext call;
  EXPECT_FALSE(event("notifications/message", R"({"level":"error"})", call));
  call.log_level = mcp::LogLevel::kWarning;
  EXPECT_TRUE(event("notifications/message", R"({"level":"error"})", call));
  EXPECT_FALSE(event("notifications/message", R"({"level":"info"})", call));
  call.log_level.reset();
  call.revision = mcp::kNewestLegacy;
  EXPECT_TRUE(event("notifications/message", R"({"level":"debug"})", call));
}

// What a client of `revision` that declared `capabilities` gets to see of `response`.
mcp::Response shown(mcp::Response response, std::string_view capabilities = "{}",
                    mcp::Revision revision = mcp::kNewestModern, mcp::Method method = mcp::Method::kToolsCall) {
  mcp::CallContext call;
  call.revision = revision;
  call.client_capabilities = mcp::ClientCapabilities::read(capabilities, revision);
  return without_hop_matters(std::move(response), method, call, "s");
}

TEST(HopTest, NeverRelaysAnErrorOfTheHopBare) {
  for (const int code : {-32020, -32021, -32022}) {
    const auto response = shown(mcp::Response::error(code, "m"));
    EXPECT_TRUE(response.is_error());
    EXPECT_EQ(-32603, error_code_of(response));
    EXPECT_THAT(std::string(response.payload()), HasSubstr("server 's'"));
  }
  EXPECT_EQ(-32602, error_code_of(shown(mcp::Response::error(-32602, "m"))));
}

TEST(HopTest, SaysWhichCapabilityTheClientCouldHaveDeclared) {
  const auto error = mcp::Response::error(-32021, "m", R"({"requiredCapabilities":{"sampling":{}}})");
  EXPECT_EQ(error.payload(), shown(error).payload());
  // It did, so the server wants something else that we do not pass on.
  EXPECT_EQ(-32603, error_code_of(shown(error, R"({"sampling":{}})")));
  // An old client cannot know the code: its model is told.
  EXPECT_EQ(R"({"content":[{"type":"text","text":"server 's' needs a client capability that this client did not )"
            R"(declare: {\"sampling\":{}}"}],"isError":true})",
            shown(error, "{}", mcp::kNewestLegacy).payload());
  EXPECT_EQ(-32603, error_code_of(shown(error, "{}", mcp::kNewestLegacy, mcp::Method::kPromptsGet)));
}

TEST(HopTest, RelaysAResultThatNeedsTheClient) {
  const auto input = modern(R"({"resultType":"input_required","requestState":"s"})");
  EXPECT_EQ(input.payload(), shown(input).payload());
  EXPECT_EQ(input.payload(), shown(input, R"({"roots":{}})", mcp::kNewestLegacy).payload());
  EXPECT_TRUE(shown(input, "{}", mcp::kNewestLegacy).is_error());
  EXPECT_TRUE(shown(input, "{}", mcp::kNewestModern, mcp::Method::kCompletionComplete).is_error());
  EXPECT_TRUE(shown(modern(R"({"resultType":"task"})")).is_error());
  EXPECT_FALSE(shown(modern(R"({"resultType":"complete"})")).is_error());
  EXPECT_FALSE(shown(modern(R"({"content":[{"resultType":"task"}]})")).is_error());
}

TEST(HopTest, DeclaresWhatTheClientDeclared) {
  EXPECT_EQ(R"({"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{}})",
            initialize_params("{}", mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestModern)));
  mcp::Request request;
  mcp::CallContext call;
  call.client_capabilities = mcp::ClientCapabilities::read(R"({"elicitation":{}})", mcp::kNewestModern);
  EXPECT_THAT(hop_params(Era::kModern, request, call, "1", "{}"),
              HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{}})"));
}

TEST(HopTest, DeclaresTasksForClientsThatTakeThem) {
  mcp::CallContext call;
  call.takes_tasks = true;
  const auto declared = [&] { return hop_params(Era::kModern, request_with("{}"), call, "7", "{}"); };
  EXPECT_THAT(
      declared(),
      HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
  call.client_capabilities = mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestModern);
  EXPECT_THAT(declared(), HasSubstr(R"({"roots":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
  call.takes_tasks = false;
  EXPECT_THAT(declared(), HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{"roots":{}})"));
}

TEST(HopTest, PassesHandlesOfTasksToClientsThatTakeThem) {
  mcp::CallContext call;
  const auto passed = [&](mcp::Method method) {
    return without_hop_matters(modern(R"({"resultType":"task","taskId":"t"})"), method, call, "s");
  };
  EXPECT_TRUE(passed(mcp::Method::kToolsCall).is_error());
  call.takes_tasks = true;
  EXPECT_EQ(R"({"resultType":"task","taskId":"t"})", passed(mcp::Method::kToolsCall).payload());
  EXPECT_TRUE(passed(mcp::Method::kPromptsGet).is_error());
}

TEST(HopTest, SaysThatAServerNeedsTasks) {
  const std::string error(mcp::missing_tasks_capability().payload());
  mcp::CallContext call;
  const auto passed = [&] {
    return without_hop_matters(mcp::Response::error(error), mcp::Method::kToolsCall, call, "s");
  };
  EXPECT_EQ(error, passed().payload());
  call.takes_tasks = true;
  EXPECT_EQ(mcp::kInternalError, error_code_of(passed()));
  call = {};
  call.revision = mcp::kNewestLegacy;
  EXPECT_THAT(passed().payload(), HasSubstr("did not declare"));
}

TEST(HopTest, AsksTheClientWithoutWhatBelongsToOurHop) {
  mcp::Request request;
  request.method_name = "elicitation/create";
  request.params = *mcp::read_params(R"({"_meta":{"progressToken":1},"message":"Who?","task":{"ttl":1}})");
  EXPECT_EQ("elicitation/create", question_of(request).method);
  EXPECT_EQ(R"({"message":"Who?"})", question_of(request).params);
  request.params = {};
  EXPECT_EQ("", question_of(request).params);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":"a","error":{"code":-1,"message":"no"}})",
            response_text("\"a\"", mcp::Response::error(-1, "no")));
}

TEST(HopTest, AnswersServersAtOnce) {
  mcp::Request ping;
  ping.id = "\"p\"";
  ping.method = mcp::Method::kPing;
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":"p","result":{}})", answer_to_server(ping));
  mcp::Request roots;
  roots.id = "3";
  roots.method_name = "roots/list";
  EXPECT_THAT(answer_to_server(roots), HasSubstr(R"("id":3,"error":{"code":-32601)"));
}

TEST(EraTest, ReadsTheAnswerToAProbe) {
  EXPECT_EQ(Era::kModern, era_of_discover_answer(modern(R"({"supportedVersions":["2026-07-28"]})")));
  EXPECT_EQ(Era::kLegacy, era_of_discover_answer(modern(R"({"supportedVersions":["2025-11-25"]})")));
  EXPECT_EQ(Era::kLegacy, era_of_discover_answer(modern("{}")));
  EXPECT_EQ(Era::kLegacy, era_of_discover_answer(mcp::Response::error(-32601, "m")));
  EXPECT_EQ(Era::kLegacy, era_of_discover_answer(mcp::Response::error(-32001, "session not found")));
  EXPECT_EQ(Era::kModern, era_of_discover_answer(mcp::Response::error(-32022, "m", R"({"supported":["2027-01-01"]})")));
  EXPECT_EQ(Era::kLegacy, era_of_discover_answer(mcp::Response::error(-32022, "m", R"({"supported":["2025-06-18"]})")));
}

}  // namespace
}  // namespace jungle::upstream

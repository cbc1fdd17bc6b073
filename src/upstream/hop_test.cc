#include "upstream/hop.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/json_reader.h"

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

TEST(HopTest, WritesItsOwnHopFieldsForAModernServer) {
  mcp::CallContext call;
  call.log_level = "info";
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
  call.log_level = "warning";
  EXPECT_TRUE(event("notifications/message", R"({"level":"error"})", call));
  EXPECT_FALSE(event("notifications/message", R"({"level":"info"})", call));
  call.log_level.clear();
  call.revision = mcp::kNewestLegacy;
  EXPECT_TRUE(event("notifications/message", R"({"level":"debug"})", call));
}

TEST(HopTest, NeverRelaysAnErrorOfTheHopBare) {
  for (const int code : {-32020, -32021, -32022}) {
    const auto response = without_hop_matters(mcp::Response::error(code, "m"), "s");
    EXPECT_TRUE(response.is_error());
    EXPECT_EQ(-32603, error_code_of(response));
    EXPECT_THAT(std::string(response.payload()), HasSubstr("server 's'"));
  }
  EXPECT_EQ(-32602, error_code_of(without_hop_matters(mcp::Response::error(-32602, "m"), "s")));
}

TEST(HopTest, AnswersForAResultThatNeedsTheClient) {
  EXPECT_TRUE(without_hop_matters(modern(R"({"resultType":"input_required"})"), "s").is_error());
  EXPECT_TRUE(without_hop_matters(modern(R"({"resultType":"task"})"), "s").is_error());
  EXPECT_FALSE(without_hop_matters(modern(R"({"resultType":"complete"})"), "s").is_error());
  EXPECT_FALSE(without_hop_matters(modern(R"({"content":[{"resultType":"task"}]})"), "s").is_error());
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

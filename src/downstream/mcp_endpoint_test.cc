#include "downstream/mcp_endpoint.h"

#include <chrono>

#include "downstream/limits.h"
#include "downstream/testing/endpoint_test.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Headers;

class McpEndpointTest : public testing::EndpointTest {
 protected:
  static constexpr const char* kModernMeta =
      R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

  static Headers modern_headers(const std::string& method, const std::string& name = {}) {
    Headers headers{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
    if (!name.empty()) headers.emplace_back("Mcp-Name", name);
    return headers;
  }
  static std::string call_body(const std::string& id, const std::string& meta = {}) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":"x")" +
           (meta.empty() ? "" : "," + meta) + "}}";
  }
  Answer modern_call() { return post(call_body("1", kModernMeta), modern_headers("tools/call", "x")); }
};

// --- what is no MCP at all ---

TEST_F(McpEndpointTest, RefusesABodyThatIsNotSaidToBeJson) {
  const Answer answer = send("POST", "/mcp", "{}", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ("Invalid content type: must be 'application/json'\n", answer.body);
}

TEST_F(McpEndpointTest, AnswersWhatIsNotJsonWithAParseError) {
  const Answer answer = post("{nonsense");
  EXPECT_EQ(400, answer.status);
  EXPECT_TRUE(answer.body.starts_with(
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"request body is not valid json)"))
      << answer.body;
}

TEST_F(McpEndpointTest, RefusesOtherMethods) { EXPECT_EQ(405, send("PUT", "/mcp", "", {}).status); }

// --- legacy clients ---

TEST_F(McpEndpointTest, OpensASessionAndNegotiatesTheRevision) {
  const Answer answer =
      post(R"({"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18"}})");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ("application/json", answer.content_type);
  EXPECT_TRUE(answer.session_id.starts_with("mcp-session-"));
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":"a","result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},)"
            R"("serverInfo":{"name":"gw"}}})"
            "\n",
            answer.body);
}

TEST_F(McpEndpointTest, OffersItsNewestLegacyRevisionToAClientOfAnUnknownOne) {
  const Answer unknown =
      post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01"}})");
  EXPECT_NE(std::string::npos, unknown.body.find(R"("protocolVersion":"2025-11-25")")) << unknown.body;
  const Answer none = post(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
  EXPECT_NE(std::string::npos, none.body.find(R"("protocolVersion":"2025-03-26")")) << none.body;
}

TEST_F(McpEndpointTest, WantsASessionForEverythingElse) {
  EXPECT_EQ(400, post(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").status);
  const Answer unknown = post_in("mcp-session-nobody", R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  EXPECT_EQ(404, unknown.status);
  EXPECT_NE(std::string::npos, unknown.body.find(R"("id":1,)")) << unknown.body;
}

TEST_F(McpEndpointTest, KeepsASessionToItsEndpoint) {
  const std::string session = initialize("2025-11-25");
  const Headers headers{{"Content-Type", "application/json"}, {"Mcp-Session-Id", session}};
  EXPECT_EQ(404, send("POST", "/mcp/github", R"({"jsonrpc":"2.0","id":1,"method":"ping"})", headers).status);
}

TEST_F(McpEndpointTest, AnswersAPing) {
  EXPECT_EQ("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n",
            post_in(initialize("2025-11-25"), R"({"jsonrpc":"2.0","id":7,"method":"ping"})").body);
}

TEST_F(McpEndpointTest, ShowsALegacyClientNothingOfTheModernForm) {
  service_.reply("tools/call", R"({"resultType":"complete","content":[]})");
  EXPECT_EQ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n",
            post_in(initialize("2025-06-18"), call_body("1")).body);
}

TEST_F(McpEndpointTest, StreamsNotificationsBeforeTheResult) {
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.notify("tools/call", mcp::Notification{"notifications/progress", R"({"progressToken":1,"progress":1})"});
  const Answer answer = post_in(initialize("2025-06-18"), call_body("1"));
  EXPECT_EQ("text/event-stream", answer.content_type);
  EXPECT_EQ(
      "event: message\nid: 1_1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
      "\"params\":{\"progressToken\":1,\"progress\":1}}\n\n"
      "event: message\nid: 1_2\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n",
      answer.body);
}

TEST_F(McpEndpointTest, SendsNoStreamToAClientThatTakesNone) {
  service_.reply("tools/call", "{}", mcp::ResultForm::kLegacy);
  service_.notify("tools/call", mcp::Notification{"notifications/progress", "{}"});
  const std::string session = initialize("2025-06-18");
  const Answer answer =
      send("POST", "/mcp", call_body("1"),
           {{"Content-Type", "application/json"}, {"Accept", "application/json"}, {"Mcp-Session-Id", session}});
  EXPECT_EQ("application/json", answer.content_type);
}

TEST_F(McpEndpointTest, AcceptsNotificationsAndResponses) {
  const std::string session = initialize("2025-11-25");
  EXPECT_EQ(202, post_in(session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})").status);
  EXPECT_EQ(202, post_in(session, R"({"jsonrpc":"2.0","id":3,"result":{}})").status);
}

TEST_F(McpEndpointTest, CancelsACallOnTheClientsWord) {
  const std::string session = initialize("2025-11-25");
  service_.reply("tools/call", "{}");
  service_.hold();
  const auto call = open_later("POST", "/mcp", call_body("\"c1\""), {{"Mcp-Session-Id", session}});
  run_until([&] { return service_.waiting() == 1; });
  EXPECT_EQ(
      202,
      post_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c2"}})").status);
  EXPECT_EQ(0u, service_.cancelled());
  EXPECT_EQ(
      202,
      post_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c1"}})").status);
  run_until([&] { return call->response.has_value(); });
  EXPECT_EQ(1u, service_.cancelled());
  EXPECT_EQ(202, call->response->status());
}

TEST_F(McpEndpointTest, EndsASession) {
  const std::string session = initialize("2025-11-25");
  EXPECT_EQ(200, send("DELETE", "/mcp", "", {{"Mcp-Session-Id", session}}).status);
  EXPECT_EQ(404, post_in(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})").status);
  EXPECT_EQ(405, send("DELETE", "/mcp", "", {}).status);
}

TEST_F(McpEndpointTest, TellsTheOpenStreamOncePerChange) {
  const std::string session = initialize("2025-11-25");
  const auto stream = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
  ASSERT_EQ(200, stream->response->status());
  ListChange change;
  change.tools = change.prompts = true;
  endpoint_.lists_changed({{"", change}, {"github", change}});
  endpoint_.lists_changed({{"", change}});
  read_messages(*stream, 2);
  EXPECT_EQ(
      (std::vector<std::string>{R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})",
                                R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{}})"}),
      stream->messages);
}

TEST_F(McpEndpointTest, EndsAnOlderStreamOfTheSession) {
  const std::string session = initialize("2025-11-25");
  const auto older = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
  const auto newer = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
  read_messages(*older, 1);
  EXPECT_TRUE(older->ended);
  EXPECT_FALSE(newer->ended);
}

TEST_F(McpEndpointTest, HasNoStreamWithoutASession) { EXPECT_EQ(405, send("GET", "/mcp", "", {}).status); }

TEST_F(McpEndpointTest, ResumesAnAnswerThatWasCutOff) {
  const std::string session = initialize("2025-11-25");
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.hold();
  std::string event_id;
  {
    const auto call = open_later("POST", "/mcp", call_body("9"), {{"Mcp-Session-Id", session}});
    run_until([&] { return service_.waiting() == 1; });
    pass_time(kQuietTime + 1s);  // The answer becomes a stream, with an event to resume from.
    run_until([&] { return call->response.has_value(); });
    read_ids(*call, 1);
    event_id = call->ids.at(0);
  }  // The client's connection breaks.
  EXPECT_EQ("1_0", event_id);
  const auto resumed = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}, {"Last-Event-ID", event_id}});
  service_.release();
  read_messages(*resumed, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":9,"result":{"content":[]}})", resumed->messages.at(0));
  EXPECT_EQ(0u, service_.cancelled());
}

TEST_F(McpEndpointTest, AnswersABatchOf20250326) {
  service_.reply("tools/list", R"({"tools":[]})", mcp::ResultForm::kLegacy);
  const std::string session = initialize("2025-03-26");
  const Answer answer = post_in(session, R"([{"jsonrpc":"2.0","id":1,"method":"tools/list"},)"
                                         R"({"jsonrpc":"2.0","method":"notifications/initialized"},)"
                                         R"({"jsonrpc":"2.0","id":2,"method":"ping"},{"bad":1}])");
  EXPECT_EQ(R"([{"jsonrpc":"2.0","id":1,"result":{"tools":[]}},{"jsonrpc":"2.0","id":2,"result":{}},)"
            R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid JSON-RPC version"}}])"
            "\n",
            answer.body);
  EXPECT_EQ(202, post_in(session, R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])").status);
}

TEST_F(McpEndpointTest, RefusesBatchesOfOtherRevisions) {
  EXPECT_EQ(400, post_in(initialize("2025-06-18"), R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])").status);
  EXPECT_EQ(400, post("[]").status);
}

TEST_F(McpEndpointTest, KeepsTheLogLevelOfASession) {
  service_.reply("tools/call", "{}");
  const std::string session = initialize("2025-11-25");
  post_in(session, call_body("1"));
  EXPECT_EQ(std::nullopt, service_.seen().back().call.log_level);
  EXPECT_EQ(
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n",
      post_in(session, R"({"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"notice"}})").body);
  const Answer unknown =
      post_in(session, R"({"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"NOTICE"}})");
  EXPECT_NE(std::string::npos, unknown.body.find(R"("code":-32602)")) << unknown.body;
  post_in(session, call_body("4"));
  EXPECT_EQ(mcp::LogLevel::kNotice, service_.seen().back().call.log_level);
  post_in(initialize("2025-11-25"), call_body("5"));
  EXPECT_EQ(std::nullopt, service_.seen().back().call.log_level);
}

TEST_F(McpEndpointTest, SetsTheLogLevelInABatchToo) {
  service_.reply("tools/call", "{}");
  const std::string session = initialize("2025-03-26");
  const Answer answer =
      post_in(session, R"([{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}])");
  EXPECT_EQ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}]\n", answer.body);
  post_in(session, call_body("2"));
  EXPECT_EQ(mcp::LogLevel::kDebug, service_.seen().back().call.log_level);
}

// --- modern clients ---

TEST_F(McpEndpointTest, ServesAModernRequestWithoutASession) {
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  const Answer answer = modern_call();
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ("", answer.session_id);
  EXPECT_EQ(
      R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":)"
      R"({"name":"gw","version":"1"}},"content":[]}})"
      "\n",
      answer.body);
}

TEST_F(McpEndpointTest, RefusesHeadersThatDisagreeWithTheBody) {
  const auto code = [&](Headers headers) {
    const Answer answer = post(call_body("1", kModernMeta), std::move(headers));
    EXPECT_EQ(400, answer.status);
    EXPECT_NE(std::string::npos, answer.body.find("-32020")) << answer.body;
    EXPECT_NE(std::string::npos, answer.body.find("\"id\":1,")) << answer.body;
  };
  code(modern_headers("tools/list", "x"));
  code(modern_headers("TOOLS/CALL", "x"));
  code(modern_headers("tools/call", "y"));
  code(modern_headers("tools/call"));
  code({{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Name", "x"}});
  code({{"Mcp-Method", "tools/call"}, {"Mcp-Name", "x"}});
  code({{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "x"}});
  code(modern_headers("tools/call", "=?base64?!!?="));
  EXPECT_TRUE(service_.seen().empty());
}

TEST_F(McpEndpointTest, ReadsEncodedAndPaddedNames) {
  service_.reply("tools/call", "{}");
  EXPECT_EQ(200, post(call_body("1", kModernMeta), modern_headers("tools/call", "=?base64?eA==?=")).status);
}

TEST_F(McpEndpointTest, WantsTheRequiredMetadata) {
  const Answer without_version = post(call_body("1"), modern_headers("tools/call", "x"));
  EXPECT_EQ(400, without_version.status);
  EXPECT_NE(std::string::npos, without_version.body.find("-32602")) << without_version.body;
  const Answer without_capabilities =
      post(call_body("1", R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})"),
           modern_headers("tools/call", "x"));
  EXPECT_NE(std::string::npos, without_capabilities.body.find("-32602")) << without_capabilities.body;
}

TEST_F(McpEndpointTest, TakesTheLogLevelOfAModernRequest) {
  service_.reply("tools/call", "{}");
  const auto with_level = [&](const std::string& raw) {
    std::string meta = kModernMeta;
    meta.insert(meta.size() - 1, R"(,"io.modelcontextprotocol/logLevel":)" + raw);
    return post(call_body("1", meta), modern_headers("tools/call", "x"));
  };
  EXPECT_EQ(200, with_level("\"error\"").status);
  EXPECT_EQ(mcp::LogLevel::kError, service_.seen().back().call.log_level);
  for (const char* bad : {"\"loud\"", "3", "null"}) {
    const Answer answer = with_level(bad);
    EXPECT_EQ(400, answer.status) << bad;
    EXPECT_NE(std::string::npos, answer.body.find("-32602")) << answer.body;
  }
  EXPECT_EQ(1u, service_.seen().size());
}

TEST_F(McpEndpointTest, NamesTheVersionsItSpeaks) {
  const Answer answer = post(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"v9",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
      {{"MCP-Protocol-Version", "v9"}, {"Mcp-Method", "tools/list"}});
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find(R"("code":-32022)")) << answer.body;
  EXPECT_NE(std::string::npos, answer.body.find(R"("requested":"v9")")) << answer.body;
}

TEST_F(McpEndpointTest, AnswersUnknownMethodsWith404) {
  service_.reply_error("foo/bar", -32601, "Method foo/bar not found");
  const Answer answer =
      post(R"({"jsonrpc":"2.0","id":1,"method":"foo/bar","params":{)" + std::string(kModernMeta) + "}}",
           modern_headers("foo/bar"));
  EXPECT_EQ(404, answer.status);
}

TEST_F(McpEndpointTest, MarksItsOwnFailures) {
  service_.fail("tools/call", Error{ErrorCode::kUnavailable, "server 'x' is down", "detail"});
  const Answer answer = modern_call();
  EXPECT_EQ(200, answer.status);
  EXPECT_NE(std::string::npos,
            answer.body.find(R"("message":"server 'x' is down","data":{"source":"mcpjungle","reason":"unavailable")"))
      << answer.body;
  EXPECT_EQ(std::string::npos, answer.body.find("detail"));
}

TEST_F(McpEndpointTest, CancelsTheCallOfAModernClientThatHangsUp) {
  service_.reply("tools/call", "{}");
  service_.hold();
  {
    const auto call = open_later("POST", "/mcp", call_body("1", kModernMeta), modern_headers("tools/call", "x"));
    run_until([&] { return service_.waiting() == 1; });
    drop(*call);
  }
  pass_time_until([&] { return service_.cancelled() == 1; });
}

TEST_F(McpEndpointTest, KeepsASlowAnswerAlive) {
  service_.reply("tools/call", "{}");
  service_.hold();
  const auto call = open_later("POST", "/mcp", call_body("1", kModernMeta), modern_headers("tools/call", "x"));
  run_until([&] { return service_.waiting() == 1; });
  pass_time(kQuietTime + 1s);
  run_until([&] { return call->response.has_value(); });
  EXPECT_EQ("text/event-stream", call->response->content_type());
  service_.release();
  read_messages(*call, 1);
  EXPECT_EQ(1u, call->messages.size());
}

// A call whose answer has become a stream, and an idle stream of the same client, at the moment of a shutdown.
class ShutdownTest : public McpEndpointTest {
 protected:
  static constexpr Seconds kPatience{10};

  ShutdownTest() {
    service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
    service_.hold();
    call_ = open_later("POST", "/mcp", call_body("9"), {{"Mcp-Session-Id", session_}});
    run_until([&] { return service_.waiting() == 1; });
    pass_time(kQuietTime + 1s);
    run_until([&] { return call_->response.has_value(); });
    read_ids(*call_, 1);
  }

  const std::string session_ = initialize("2025-11-25");
  const std::shared_ptr<Stream> idle_ = open("GET", "/mcp", "", {{"Mcp-Session-Id", session_}});
  std::shared_ptr<Stream> call_;
};

TEST_F(ShutdownTest, EndsIdleStreamsAtOnceAndLetsACallFinish) {
  stop_server(kPatience);
  read_messages(*idle_, 1);
  EXPECT_TRUE(idle_->ended);
  EXPECT_EQ(0u, service_.cancelled());
  service_.release();
  read_messages(*call_, 1);
  EXPECT_EQ(std::vector<std::string>{R"({"jsonrpc":"2.0","id":9,"result":{"content":[]}})"}, call_->messages);
}

TEST_F(ShutdownTest, LetsACallFinishWhoseAnswerWasResumed) {
  const auto resumed = open("GET", "/mcp", "", {{"Mcp-Session-Id", session_}, {"Last-Event-ID", call_->ids.at(0)}});
  call_.reset();  // The client's first connection breaks.
  stop_server(kPatience);
  read_messages(*idle_, 1);
  service_.release();
  read_messages(*resumed, 1);
  EXPECT_EQ(std::vector<std::string>{R"({"jsonrpc":"2.0","id":9,"result":{"content":[]}})"}, resumed->messages);
}

TEST_F(ShutdownTest, TellsTheClientOfACallThatDoesNotFinishInTime) {
  stop_server(kPatience);
  read_messages(*idle_, 1);
  pass_time_until([&] { return service_.cancelled() == 1; });
  read_messages(*call_, 1);
  ASSERT_EQ(1u, call_->messages.size());
  EXPECT_NE(std::string::npos, call_->messages[0].find("the gateway is shutting down")) << call_->messages[0];
  EXPECT_NE(std::string::npos, call_->messages[0].find("\"id\":9"));
}

}  // namespace
}  // namespace jungle::downstream

#include "upstream/http_upstream.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::ElementsAre;
using testing::error;
using ::testing::HasSubstr;
using testing::HttpUpstreamTest;
using testing::kText;
using testing::member;
using testing::method_of;
using ::testing::Not;
using testing::Reply;
using testing::result;
using testing::SeenRequest;

CORO_TEST_F(HttpUpstreamTest, CostsOnePostPerCallWhereNoSessionIdIsGiven) {
  be_legacy(false);
  const auto server = http_server(imposter_.url("/mcp?key=1"));
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call(server, "t", "{}");
    EXPECT_EQ("ok", text);
  }
  EXPECT_THAT(methods(), ElementsAre("server/discover", "initialize", "notifications/initialized", "tools/call",
                                     "tools/call", "tools/call"));
  const SeenRequest seen = last("tools/call");
  EXPECT_EQ("/mcp?key=1", seen.target);
  EXPECT_EQ("2025-06-18", seen.header("mcp-protocol-version"));
  EXPECT_FALSE(seen.has_header("mcp-session-id"));
  EXPECT_EQ("application/json, text/event-stream", seen.header("accept"));
  EXPECT_EQ(imposter_.authority(), seen.header("host"));
  EXPECT_EQ(1, imposter_.accepted_count());
}

CORO_TEST_F(HttpUpstreamTest, UsesEachSessionOfAStatelessServerOnceAndClosesIt) {
  be_legacy(true);
  auto server = http_server(imposter_.url());
  server.revision = "2025-06-18";
  server.spec.bearer_token = Secret("tok");
  co_await call(server, "t", "{}");
  co_await until_count("initialize", 2);  // The next one, ahead of need.
  co_await until_count("DELETE", 1);
  EXPECT_EQ("s1", last("DELETE").header("mcp-session-id"));
  EXPECT_EQ("Bearer tok", last("DELETE").header("authorization"));
  co_await until_count("notifications/initialized", 2);
  co_await pass_time(50ms);
  co_await call(server, "t", "{}");
  EXPECT_EQ("s2", last("tools/call").header("mcp-session-id"));
  co_await until_count("DELETE", 2);
  EXPECT_EQ(0u, count("server/discover"));
}

CORO_TEST_F(HttpUpstreamTest, KeepsMoreSessionsReadyOnceACallFoundNone) {
  be_legacy(true);
  const auto server = http_server(imposter_.url());
  co_await call(server, "t", "{}");
  co_await until_count("notifications/initialized", 2);  // Its own session, and one ahead of need.
  std::string results[2];
  for (auto& one : results)
    spawn(call_into(server, &one));
  co_await join();
  co_await until_count("initialize", 5);  // For three calls, and two ahead of need.
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  co_await until_count("initialize", 6);  // Two again, though this call was alone.
}

CORO_TEST_F(HttpUpstreamTest, SharesAStatefulSessionAndEndsItAtTheEnd) {
  be_legacy(true);
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  std::string results[3];
  for (std::string& one : results)
    spawn(call_into(server, &one));
  co_await join();
  EXPECT_EQ("ok", results[2]);
  EXPECT_EQ(1u, count("initialize"));
  EXPECT_EQ("s1", last("tools/call").header("mcp-session-id"));
  co_await upstreams_->stop();
  EXPECT_EQ(1u, count("DELETE"));
}

class IdleHttpTest : public HttpUpstreamTest {
 protected:
  IdleHttpTest() { options_.session_idle = Seconds(1); }
};

CORO_TEST_F(IdleHttpTest, EndsAStatefulSessionThatNobodyUses) {
  be_legacy(true);
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  co_await call(server, "t", "{}");
  co_await until_count("DELETE", 1);
  co_await call(server, "t", "{}");
  EXPECT_EQ("s2", last("tools/call").header("mcp-session-id"));
}

CORO_TEST_F(HttpUpstreamTest, OpensANewSessionWhenTheOldOneIsUnknown) {
  be_legacy(true);
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  co_await call(server, "t", "{}");
  answer("tools/call", [](const SeenRequest& r) {
    return r.header("mcp-session-id") == "s1" ? http::testing::text("no such session", 404) : result(r, kText);
  });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("initialize"));
  EXPECT_EQ(3u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, DoesNotTryForEver) {
  be_legacy(true);
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("no such session", 404); });
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it answered HTTP 404 with text/plain: no such session", text);
  EXPECT_EQ(2u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, NeverRepeatsACallThatMayHaveRun) {
  be_legacy(false);
  answer("tools/call", [](const SeenRequest&) { return http::testing::hang_up(); });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("failed: server 'web': "));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, SendsAModernServerItsHeadersAndMeta) {
  be_modern();
  auto server = http_server(imposter_.url());
  server.spec.headers.emplace_back("X-Api-Key", Secret("k"));
  server.spec.headers.emplace_back("authorization", Secret("Basic z"));
  server.spec.headers.emplace_back("Host", Secret("evil"));
  server.spec.bearer_token = Secret("tok");
  for (int i = 0; i < 2; ++i) {
    const std::string text = co_await call(server, "t\xc3\xa9", "{}");
    EXPECT_EQ("ok", text);
  }
  EXPECT_THAT(methods(), ElementsAre("server/discover", "tools/call", "tools/call"));
  const SeenRequest seen = last("tools/call");
  EXPECT_EQ("2026-07-28", seen.header("mcp-protocol-version"));
  EXPECT_EQ("tools/call", seen.header("mcp-method"));
  EXPECT_EQ("=?base64?dMOp?=", seen.header("mcp-name"));
  EXPECT_EQ("k", seen.header("x-api-key"));
  EXPECT_EQ("Basic z", seen.header("authorization"));
  EXPECT_EQ(imposter_.authority(), seen.header("host"));
  EXPECT_THAT(seen.body, HasSubstr(R"("io.modelcontextprotocol/clientCapabilities":{})"));
}

CORO_TEST_F(HttpUpstreamTest, MirrorsMarkedArgumentsAsHeaders) {
  be_modern();
  const auto server = http_server(imposter_.url());
  const mcp::ParamHeaders marked{{"Region", {"region"}}};
  mcp::Request request;
  request.method = mcp::Method::kToolsCall;
  request.method_name = "tools/call";
  request.params = mcp::read_params(R"({"name":"t","arguments":{"region":"eu"}})").value();
  request.param_headers = &marked;
  auto answered = co_await directory_->service_of(server).handle(std::move(request), context_of_call_, sink_);
  EXPECT_TRUE(answered.has_value());
  EXPECT_EQ("eu", last("tools/call").header("mcp-param-region"));
}

CORO_TEST_F(HttpUpstreamTest, NoticesThatALegacyServerBecameModern) {
  be_modern();
  answer("initialize", [](const SeenRequest& r) { return error(r, -32022, 400, R"({"supported":["2026-07-28"]})"); });
  auto server = http_server(imposter_.url());
  server.revision = "2025-06-18";
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_THAT(methods(), ElementsAre("initialize", "server/discover", "tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, NoticesThatALegacyServerBecameModernBetweenTwoCalls) {
  be_legacy(false);
  const auto server = http_server(imposter_.url());
  co_await call(server, "t", "{}");
  be_modern();
  answer("tools/call", [](const SeenRequest& r) {
    return r.has_header("mcp-method") ? result(r, R"("resultType":"complete",)" + kText) : error(r, -32602, 400);
  });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(3u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, NoticesThatAModernServerBecameLegacy) {
  be_legacy(false);
  answer("tools/call", [](const SeenRequest& r) {
    return r.has_header("mcp-method") ? http::testing::text("Bad Request: not initialized", 400) : result(r, kText);
  });
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, NoticesALegacyRefusalThatNamesTheRequest) {
  be_legacy(true);
  answer("tools/call",
         [](const SeenRequest& r) { return r.has_header("mcp-method") ? error(r, -32000, 400) : result(r, kText); });
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(HttpUpstreamTest, DoesNotRepeatARefusedCallWhenTheEraIsConfirmed) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32000, 400); });
  const auto server = http_server(imposter_.url());
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call(server, "t", "{}");
    EXPECT_EQ("error: no", text);
  }
  EXPECT_EQ(3u, count("tools/call"));
  EXPECT_EQ(2u, count("server/discover"));  // To get in touch, and at the first doubt; then there is a pause.
  EXPECT_EQ(0u, count("initialize"));
}

CORO_TEST_F(HttpUpstreamTest, KeepsTheEraWhenAProbeSaysNothing) {
  be_modern();
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("no such page", 404); });
  answer("server/discover", [](const SeenRequest&) { return http::testing::text("try later", 503); });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it answered HTTP 404 with text/plain: no such page", text);
  EXPECT_THAT(methods(), ElementsAre("tools/call", "server/discover"));
}

// A legacy server without sessions runs a modern call as well as it can.
CORO_TEST_F(HttpUpstreamTest, TakesALegacyResultForACallThatRanAndProbesForTheNextOne) {
  be_legacy(false);
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  auto first = co_await send(server, "tools/call", R"({"name":"t"})");
  CO_ASSERT_TRUE(first.has_value());
  EXPECT_EQ(mcp::ResultForm::kLegacy, first->form());
  EXPECT_EQ(1u, count("tools/call"));
  co_await until_count("notifications/initialized", 1);
  co_await pass_time(20ms);
  co_await call(server, "t", "{}");
  EXPECT_FALSE(last("tools/call").has_header("mcp-method"));
}

CORO_TEST_F(HttpUpstreamTest, DoesNotGuessTheEraWhenItIsSet) {
  be_legacy(false);
  auto server = http_server(imposter_.url());
  server.spec.protocol = catalog::Protocol::kLegacy;
  co_await call(server, "t", "{}");
  EXPECT_EQ(0u, count("server/discover"));
}

CORO_TEST_F(HttpUpstreamTest, RelaysProgressFromAStreamBeforeTheResult) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) {
    const std::string token = member(r.body, "progressToken");
    return http::testing::events(
        {": hello\n\n",
         R"(data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" + token +
             ",\"progress\":1}}\n\n",
         "data: {\"jsonrpc\":\"2.0\",\"id\":" + member(r.body, "id") +
             R"(,"result":{"resultType":"complete","content":[{"type":"text","text":"streamed"}]}})" + "\n\n"});
  });
  const auto server = http_server(imposter_.url());
  auto got = co_await send(server, "tools/call", R"({"name":"t","_meta":{"progressToken":"mine"}})");
  EXPECT_EQ("streamed", testing::text_of_result(got));
  EXPECT_THAT(sink_.events, ElementsAre(R"(notifications/progress {"progressToken":"mine","progress":1})"));
}

CORO_TEST_F(HttpUpstreamTest, AnswersALegacyServersRequestWithAnError) {
  be_legacy(true);
  answer("tools/call", [](const SeenRequest& r) {
    return http::testing::events(
        {R"(data: {"jsonrpc":"2.0","id":"x","method":"sampling/createMessage","params":{}})" + "\n\n"s,
         "data: {\"jsonrpc\":\"2.0\",\"id\":" + member(r.body, "id") + ",\"result\":{" + kText + "}}\n\n"});
  });
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  auto answered = [this] {
    for (const SeenRequest& r : imposter_.requests()) {
      if (member(r.body, "id") == "\"x\"" && r.body.find("-32601") != std::string::npos) {
        return r.header("mcp-session-id") == "s1";
      }
    }
    return false;
  };
  co_await until(answered);
}

CORO_TEST_F(HttpUpstreamTest, TellsALegacySessionAboutACancellation) {
  be_legacy(true);
  answer("tools/call", [](const SeenRequest& r) { return result(r, kText).held(); });
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  std::string text;
  spawn(call_into(server, &text));
  co_await until_count("tools/call", 1);
  cancel_spawned();
  co_await join();
  EXPECT_EQ("failed: server 'web': the call was cancelled", text);
  co_await until_count("notifications/cancelled", 1);
  EXPECT_EQ(member(last("tools/call").body, "id"), member(last("notifications/cancelled").body, "requestId"));
  EXPECT_EQ(0u, count("DELETE"));
}

CORO_TEST_F(HttpUpstreamTest, NamesTheLimitOfACall) {
  be_legacy(false);
  answer("tools/call", [](const SeenRequest& r) { return result(r, kText).held(); });
  auto server = http_server(imposter_.url());
  server.spec.call_timeout_sec = 1;
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("server 'web': tools/call was not answered within 1 second. To allow more time, use the "
                              "MCP_CALL_TIMEOUT_SEC"));
}

CORO_TEST_F(HttpUpstreamTest, ExplainsARefusedConnection) {
  imposter_.stop_listening();
  const auto server = http_server(imposter_.url("/mcp"));
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': connection to the MCP server " + server.spec.url +
                " was refused. If mcpjungle is running inside Docker, use 'host.docker.internal' as your MCP server's "
                "hostname",
            text);
}

CORO_TEST_F(HttpUpstreamTest, ExplainsAnswersThatAreNoMcp) {
  be_legacy(false);
  const auto server = http_server(imposter_.url());
  answer("tools/call", [](const SeenRequest&) {
    Reply page = http::testing::text("<html><body>Welcome</body></html>");
    page.content_type = "text/html; charset=utf-8";
    return page;
  });
  const std::string html = co_await call(server, "t", "{}");
  EXPECT_EQ(
      "failed: server 'web': it answered HTTP 200 with text/html; charset=utf-8: <html><body>Welcome</body></html>",
      html);
  answer("tools/call",
         [](const SeenRequest&) { return http::testing::json(R"({"jsonrpc":"2.0","id":"z","result":{}})"); });
  const std::string other_id = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it answered another request: id \"z\"", other_id);
  answer("tools/call", [](const SeenRequest&) { return http::testing::events({"data: {}\n\n"}); });
  const std::string closed = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it closed the stream before it answered", closed);
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("", 401); });
  const std::string unauthorized = co_await call(server, "t", "{}");
  EXPECT_THAT(unauthorized, HasSubstr("the server requires authorization (HTTP 401) and no credential was given"));
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32000, 200, R"({"k":1})"); });
  const std::string own_error = co_await call(server, "t", "{}");
  EXPECT_EQ("error: no", own_error);
}

CORO_TEST_F(HttpUpstreamTest, DiscoversALegacyServerAndEndsItsSession) {
  be_legacy(true);
  answer("tools/list", [](const SeenRequest& r) { return result(r, R"("tools":[{"name":"a","x":1.0}])"); });
  const auto server = http_server(imposter_.url());
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ("2025-06-18", found->revision);
  EXPECT_THAT(found->tools, ElementsAre(R"({"name":"a","x":1.0})"));
  co_await until_count("DELETE", 1);
}

CORO_TEST_F(HttpUpstreamTest, DiscoversAModernServer) {
  be_modern();
  answer("tools/list",
         [](const SeenRequest& r) { return result(r, R"("resultType":"complete","tools":[{"name":"a"}])"); });
  const auto server = http_server(imposter_.url());
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ("2026-07-28", found->revision);
  EXPECT_EQ("tools/list", last("tools/list").header("mcp-method"));
}

CORO_TEST_F(HttpUpstreamTest, SaysThatAUrlIsNoMcpServer) {
  imposter_.when_anything().reply(http::testing::text("not here", 404));
  const auto server = http_server(imposter_.url());
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message,
              HasSubstr("failed to initialize connection with MCP server: server returned 4xx for initialize POST, "
                        "likely a legacy SSE server"));
}

// MCP 2026-07-28 basic/versioning: a version of `data.supported` is tried.
constexpr const char* kOurs = R"({"supported":["2026-07-28"],"requested":"2026-07-28"})";

CORO_TEST_F(HttpUpstreamTest, AsksAgainAServerThatOffersTheRevisionItRefused) {
  be_modern();
  for (const char* method : {"server/discover", "tools/call"}) {
    answer(method, [refused = false, serve = answers_.at("\"" + std::string(method) + "\"")](const auto& r) mutable {
      return std::exchange(refused, true) ? serve(r) : error(r, -32022, 400, kOurs);
    });
  }
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_THAT(methods(), ElementsAre("server/discover", "server/discover", "tools/call", "tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, DoesNotAskForEverWhateverTheServerOffers) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32022, 400, kOurs); });
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("error: server 'web'"));
  EXPECT_EQ(2u, count("tools/call"));
}

CORO_TEST_F(HttpUpstreamTest, DoesNotAskAgainForARevisionThatItDoesNotSpeak) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) {
    return error(r, -32022, 400, R"({"supported":["2099-01-01"],"requested":"2026-07-28"})");
  });
  auto server = http_server(imposter_.url());
  server.revision = "2026-07-28";
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("error: server 'web'"));
  EXPECT_EQ(1u, count("tools/call"));
}

}  // namespace
}  // namespace jungle::upstream

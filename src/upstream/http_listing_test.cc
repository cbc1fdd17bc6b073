// How servers over HTTP are listed.
#include <functional>
#include <string>
#include <utility>

#include "mcp/client_capabilities.h"
#include "upstream/server_discoverer.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::error;
using ::testing::HasSubstr;
using testing::member;
using testing::result;
using testing::SeenRequest;

const std::string kAll = mcp::ClientCapabilities::all().json();
const std::string kOneTool = R"("tools":[{"name":"t","inputSchema":{"type":"object"}}])";

class HttpListingTest : public testing::HttpUpstreamTest {
 protected:
  // A server that has given sessions, and has one tool.
  void be_listable() {
    be_legacy(true);
    answer("tools/list", [](const SeenRequest& r) { return result(r, kOneTool); });
  }
  Task<std::size_t> count_tools() {
    auto found = co_await discoverer_->discover(server_.spec, attempt_);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    co_return found ? found->tools.size() : 0;
  }
  Task<void> count_tools_into(std::size_t* out) { *out = co_await count_tools(); }

  catalog::ServerEntry server_ = http_server(imposter_.url());
};

CORO_TEST_F(HttpListingTest, ListsALegacyServerAsTheMostCapableClient) {
  be_listable();
  const auto tools = co_await count_tools();
  EXPECT_EQ(1u, tools);
  EXPECT_THAT(last("initialize").body, HasSubstr("\"capabilities\":" + kAll + ","));
  EXPECT_EQ(1u, count("initialize"));
}

CORO_TEST_F(HttpListingTest, TellsAModernServerWithEachRequestWhatTheMostCapableClientCanDo) {
  be_modern();
  answer("tools/list", [](const SeenRequest& r) { return result(r, R"("resultType":"complete",)" + kOneTool); });
  const auto tools = co_await count_tools();
  EXPECT_EQ(1u, tools);
  const std::string declared = "\"io.modelcontextprotocol/clientCapabilities\":" + kAll.substr(0, kAll.size() - 1);
  EXPECT_THAT(last("tools/list").body, HasSubstr(declared + R"(,"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
}

CORO_TEST_F(HttpListingTest, RefusesAtOnceWhatAServerAsksBeforeItAnswers) {
  be_listable();
  answer("tools/list", [](const SeenRequest& r) {
    return http::testing::events(
        {"data: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"sampling/createMessage\",\"params\":{}}\n\n",
         "data: {\"jsonrpc\":\"2.0\",\"id\":" + member(r.body, "id") + ",\"result\":{" + kOneTool + "}}\n\n"});
  });
  const auto tools = co_await count_tools();
  EXPECT_EQ(1u, tools);
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr(R"("id":"q","error":{"code":-32603)"),
                                      HasSubstr("no call is in flight here that the request could be for"))));
}

CORO_TEST_F(HttpListingTest, RefusesAtOnceWhatAServerAsksOnTheStreamOfTheSessionBeforeItAnswers) {
  be_listable();
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({": open\n\n"}); });
  answer("tools/list", [](const SeenRequest& r) { return result(r, kOneTool).held(); });
  std::size_t tools = 0;
  spawn(count_tools_into(&tools));
  co_await until_count("tools/list", 1);
  EXPECT_EQ("s1", last("GET").header("mcp-session-id"));
  imposter_.push("data: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n\n", "GET");
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr(R"("id":"q","error":{"code":-32603)")));
  imposter_.release();
  co_await join();
  EXPECT_EQ(1u, tools);
}

CORO_TEST_F(HttpListingTest, ListsAServerOnceMoreThatSaysMeanwhileThatItsToolsChanged) {
  be_listable();
  answer("tools/list", [](const SeenRequest& r) {
    return http::testing::events(
        {"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n",
         "data: {\"jsonrpc\":\"2.0\",\"id\":" + member(r.body, "id") + ",\"result\":{" + kOneTool + "}}\n\n"});
  });
  const auto tools = co_await count_tools();
  EXPECT_EQ(1u, tools);
  EXPECT_EQ(2u, count("tools/list")) << "once more, however often it says so";
}

// The Java SDK up to 0.17 refuses members that it does not know, over HTTP with 400.
CORO_TEST_F(HttpListingTest, ListsAServerThatRefusesCapabilitiesAsAClientThatCanDoNothing) {
  be_listable();
  const auto greet = answers_["\"initialize\""];
  answer("initialize", [greet](const SeenRequest& r) {
    return r.body.find(R"("capabilities":{},)") == std::string::npos ? error(r, -32603, 400) : greet(r);
  });
  const auto tools = co_await count_tools();
  EXPECT_EQ(1u, tools);
  EXPECT_EQ(2u, count("initialize"));
}

CORO_TEST_F(HttpListingTest, DoesNotAskAServerTwiceThatRefusesItsCaller) {
  answer("server/discover", [](const SeenRequest&) { return http::testing::text("no", 401); });
  auto found = co_await discoverer_->discover(server_.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnauthenticated, found.error().code);
  EXPECT_THAT(methods(), ElementsAre("server/discover"));
}

}  // namespace
}  // namespace jungle::upstream

// Subscriptions: `subscriptions/listen` of modern clients, `resources/subscribe` of legacy ones.
#include <chrono>

#include "downstream/limits.h"
#include "downstream/listen_place.h"
#include "downstream/testing/endpoint_test.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Headers;

class ListenTest : public testing::EndpointTest {
 protected:
  ListenTest() {
    service_.reply(
        "server/discover",
        R"({"resultType":"complete","capabilities":{"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
        R"("resources":{"subscribe":true,"listChanged":true}}})");
    initialize("2025-11-25");  // Uses the fixture's own answer up.
  }

  static Headers modern_headers() {
    return {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "subscriptions/listen"}};
  }
  static std::string body(const std::string& id, const std::string& filter) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"subscriptions/listen","params":{"notifications":)" +
           filter +
           R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  }
  std::shared_ptr<Stream> listen(const std::string& id, const std::string& filter) {
    auto stream = open("POST", "/mcp", body(id, filter), modern_headers());
    read_messages(*stream, 1);
    return stream;
  }
  // What `stream` got after the `known` first messages, once it has one more.
  static std::string acknowledged(const std::string& id, const std::string& filter) {
    return R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
           R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" +
           id + R"(},"notifications":)" + filter + "}}";
  }
  static std::string changed(const std::string& id, const std::string& what) {
    return R"({"jsonrpc":"2.0","method":"notifications/)" + what +
           R"(/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}}}";
  }
  static std::string updated(const std::string& id, const std::string& uri) {
    return R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":")" + uri +
           R"(","_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}}}";
  }
  void update(const std::string& uri) { endpoint_.resource_updated(ResourceUpdate{"s", "own:" + uri}); }
  std::string subscription(const std::string& method, const std::string& uri) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{"uri":")" + uri + "\"}}";
  }
};

TEST_F(ListenTest, TellsOfTasksAsTheyAreWhenItTells) {
  service_.reply("tasks/get", R"({"resultType":"complete","taskId":"t","status":"working","_meta":{"a":1}})");
  std::string asked = body("1", R"({"taskIds":["t","t"]})");
  asked.replace(asked.rfind("{}"), 2, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
  auto stream = open("POST", "/mcp", asked, modern_headers());
  read_messages(*stream, 1);
  EXPECT_EQ(acknowledged("1", R"({"taskIds":["t"]})"), stream->messages.at(0));
  endpoint_.resource_updated(ResourceUpdate{"s", "own:task:t"});
  endpoint_.resource_updated(ResourceUpdate{"s", "own:task:t"});
  endpoint_.resource_updated(ResourceUpdate{"s", "own:task:other"});
  read_messages(*stream, 2);
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","status":"working",)"
            R"("_meta":{"io.modelcontextprotocol/subscriptionId":1,"a":1}}})",
            stream->messages.at(1));
  EXPECT_EQ(R"({"taskId":"t"})", service_.seen().back().params);
  EXPECT_TRUE(service_.seen().back().call.takes_tasks);
}

TEST_F(ListenTest, RefusesTasksToAClientThatDoesNotTakeThem) {
  const Answer answer = post(body("7", R"({"taskIds":["t"]})"), modern_headers());
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find(R"("code":-32021)")) << answer.body;
}

TEST_F(ListenTest, AcknowledgesFirstAndThenTellsWhatWasAskedFor) {
  const auto stream = listen("\"L1\"", R"({"toolsListChanged":true,"future":["t"]})");
  EXPECT_EQ(200, stream->response->status());
  EXPECT_EQ("text/event-stream", stream->response->content_type());
  EXPECT_EQ(acknowledged("\"L1\"", R"({"toolsListChanged":true})"), stream->messages.at(0));
  endpoint_.lists_changed({{"", {false, true, true}}, {"other", {true, true, true}}});
  endpoint_.lists_changed({{"", {true, true, true}}});
  read_messages(*stream, 2);
  EXPECT_EQ(changed("\"L1\"", "tools"), stream->messages.at(1));
}

TEST_F(ListenTest, TagsEachSubscriptionWithItsOwnId) {
  const auto tools = listen("7", R"({"toolsListChanged":true})");
  const auto both = listen("8", R"({"toolsListChanged":true,"promptsListChanged":true})");
  endpoint_.lists_changed({{"", {true, true, false}}});
  read_messages(*tools, 2);
  read_messages(*both, 3);
  EXPECT_EQ(changed("7", "tools"), tools->messages.at(1));
  EXPECT_EQ(changed("8", "tools"), both->messages.at(1));
  EXPECT_EQ(changed("8", "prompts"), both->messages.at(2));
}

TEST_F(ListenTest, TellsOfTheResourcesThatAreWatched) {
  const auto stream = listen("1", R"({"resourceSubscriptions":["u:a","u:b"]})");
  EXPECT_EQ(acknowledged("1", R"({"resourceSubscriptions":["u:a","u:b"]})"), stream->messages.at(0));
  EXPECT_EQ((std::multiset<std::string>{"own:u:a", "own:u:b"}), feed_.watched);
  update("u:c");
  update("u:b");
  update("u:b");
  read_messages(*stream, 2);
  EXPECT_EQ(updated("1", "u:b"), stream->messages.at(1));
  feed_.hidden.insert("u:a");
  update("u:a");
  update("u:b");
  read_messages(*stream, 3);
  EXPECT_EQ(updated("1", "u:b"), stream->messages.at(2)) << "what may not be seen any more is not told";
}

TEST_F(ListenTest, LeavesOutWhatIsNotConfirmed) {
  feed_.refusal = Error{ErrorCode::kUpstreamRejected, "no", {}};
  const auto stream = listen("1", R"({"resourcesListChanged":true,"resourceSubscriptions":["u:a"]})");
  EXPECT_EQ(acknowledged("1", R"({"resourcesListChanged":true})"), stream->messages.at(0));
}

TEST_F(ListenTest, StopsWatchingWhenTheClientHangsUp) {
  {
    const auto stream = listen("1", R"({"resourceSubscriptions":["u:a"]})");
    ASSERT_EQ(1u, feed_.watched.size());
    stream->response.reset();
  }
  pass_time_until([&] { return feed_.watched.empty(); });
}

TEST_F(ListenTest, SaysAtAShutdownThatItIsOver) {
  const auto stream = listen("\"x\"", R"({"toolsListChanged":true})");
  stop_server(10s);
  read_messages(*stream, 2);
  EXPECT_EQ(
      R"({"jsonrpc":"2.0","id":"x","result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"x",)"
      R"("io.modelcontextprotocol/serverInfo":{"name":"gw","version":"1"}}}})",
      stream->messages.at(1));
  read_messages(*stream, 3);
  EXPECT_TRUE(stream->ended);
}

TEST_F(ListenTest, KeepsAQuietStreamAlive) {
  const auto stream = listen("1", "{}");
  EXPECT_EQ(acknowledged("1", "{}"), stream->messages.at(0));
  bool heard = false;
  const auto read = [](Stream& from, bool& done) -> Task<void> {
    const auto bytes = co_await from.response->read_some();
    done = bytes && *bytes == ": keep-alive\n\n";
  };
  asio::co_spawn(context_, read(*stream, heard), [](std::exception_ptr error) { EXPECT_FALSE(error); });
  pass_time(kKeepAliveTime + DeadlineList::kTick);
  run_until([&] { return heard; });
}

TEST_F(ListenTest, RefusesWhatIsNoFilter) {
  const Answer answer = post(body("1", "[]"), modern_headers());
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find(R"("id":1,"error":{"code":-32602)")) << answer.body;
}

TEST_F(ListenTest, WantsAClientThatTakesAStream) {
  Headers headers = modern_headers();
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("Accept", "application/json");
  EXPECT_EQ(406, send("POST", "/mcp", body("1", "{}"), headers).status);
}

TEST_F(ListenTest, KnowsNoEndpointThatIsNotThere) {
  service_.fail("server/discover", Error{ErrorCode::kNotFound, "MCP server x not found", {}});
  initialize("2025-11-25");  // Uses the former answer up.
  const auto stream = open("POST", "/mcp/x", body("1", "{}"), modern_headers());
  EXPECT_EQ(404, stream->response->status());
}

TEST(ListenPlaceTest, CountsTheStreamsOfEachPrincipal) {
  std::unordered_map<std::string, std::size_t> taken{{"busy", kListensMax - 1}};
  {
    const ListenPlace last(taken, "busy");
    EXPECT_FALSE(last.is_one_too_many());
    EXPECT_TRUE(ListenPlace(taken, "busy").is_one_too_many());
    EXPECT_FALSE(ListenPlace(taken, "other").is_one_too_many());
  }
  EXPECT_EQ((std::unordered_map<std::string, std::size_t>{{"busy", kListensMax - 1}}), taken);
}

// --- legacy clients ---

TEST_F(ListenTest, TellsALegacySessionOfWhatItSubscribedTo) {
  const std::string session = initialize("2025-06-18");
  EXPECT_EQ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n",
            post_in(session, subscription("resources/subscribe", "u:a")).body);
  post_in(session, subscription("resources/subscribe", "u:a"));
  EXPECT_EQ(1u, feed_.watched.size()) << "twice is once";
  const auto stream = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
  update("u:b");
  update("u:a");
  read_messages(*stream, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u:a"}})",
            stream->messages.at(0));
  EXPECT_EQ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n",
            post_in(session, subscription("resources/unsubscribe", "u:a")).body);
  EXPECT_TRUE(feed_.watched.empty());
  update("u:a");
  endpoint_.lists_changed({{"", {true, false, false}}});
  read_messages(*stream, 2);
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})", stream->messages.at(1));
}

TEST_F(ListenTest, WatchesNothingForALegacyClientThatIsGoneAndAgainWhenItIsBack) {
  const std::string session = initialize("2025-06-18");
  post_in(session, subscription("resources/subscribe", "u:a"));
  sessions_.end_idle(deadlines_.coarse_now() + kWatchIdleTime + Seconds(1));
  EXPECT_TRUE(feed_.watched.empty());
  feed_.refusal = Error{ErrorCode::kUnavailable, "down", {}};
  const auto told = R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u:a"}})";
  {
    const auto stream = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
    read_messages(*stream, 1);
    EXPECT_EQ(told, stream->messages.at(0)) << "reading it, the client learns why";
  }
  feed_.refusal.reset();
  const auto stream = open("GET", "/mcp", "", {{"Mcp-Session-Id", session}});
  read_messages(*stream, 1);
  EXPECT_EQ(told, stream->messages.at(0)) << "it may have missed something";
  EXPECT_EQ(std::multiset<std::string>{"own:u:a"}, feed_.watched);
  sessions_.end_idle(deadlines_.coarse_now() + kWatchIdleTime + Seconds(1));
  EXPECT_EQ(1u, feed_.watched.size()) << "its stream is open";
  update("u:a");
  read_messages(*stream, 2);
  EXPECT_EQ(told, stream->messages.at(1));
}

TEST_F(ListenTest, KeepsTheSubscriptionsOfSessionsApart) {
  const std::string mine = initialize("2025-11-25");
  const std::string other = initialize("2025-11-25");
  post_in(mine, subscription("resources/subscribe", "u:a"));
  post_in(other, subscription("resources/subscribe", "u:b"));
  const auto stream = open("GET", "/mcp", "", {{"Mcp-Session-Id", mine}});
  update("u:b");
  update("u:a");
  read_messages(*stream, 1);
  EXPECT_NE(std::string::npos, stream->messages.at(0).find("u:a"));
  EXPECT_EQ(200, send("DELETE", "/mcp", "", {{"Mcp-Session-Id", mine}}).status);
  EXPECT_EQ(std::multiset<std::string>{"own:u:b"}, feed_.watched) << "the end of a session ends what it watches";
}

TEST_F(ListenTest, TellsALegacyClientWhyItCannotSubscribe) {
  const std::string session = initialize("2025-11-25");
  feed_.refusal = Error{ErrorCode::kNotFound, "no such resource", {}};
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"no such resource","data":{"uri":"u:a"}}})"
            "\n",
            post_in(session, subscription("resources/subscribe", "u:a")).body);
  feed_.refusal = Error{ErrorCode::kUpstreamRejected, "words of the server", {}};
  EXPECT_NE(std::string::npos, post_in(session, subscription("resources/subscribe", "u:a")).body.find("words of the"));
  const Answer without_uri = post_in(session, R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe"})");
  EXPECT_NE(std::string::npos, without_uri.body.find(R"("code":-32602)")) << without_uri.body;
}

TEST_F(ListenTest, HasALimitForASession) {
  const std::string session = initialize("2025-11-25");
  for (std::size_t i = 0; i < kWatchedResourcesMax; ++i)
    post_in(session, subscription("resources/subscribe", "u:" + std::to_string(i)));
  EXPECT_EQ(kWatchedResourcesMax, feed_.watched.size());
  const Answer one_more = post_in(session, subscription("resources/subscribe", "u:x"));
  EXPECT_NE(std::string::npos, one_more.body.find("a client may subscribe to 256 resources at once")) << one_more.body;
  EXPECT_EQ(kWatchedResourcesMax, feed_.watched.size());
  EXPECT_EQ(kWatchedResourcesMax, feed_.asked.size()) << "its server is not asked";
}

}  // namespace
}  // namespace jungle::downstream

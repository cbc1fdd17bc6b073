#include "upstream/legacy_watch.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "upstream/limits.h"
#include "upstream/testing/http_watch_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::ElementsAre;
using testing::error;
using testing::event;
using ::testing::HasSubstr;
using testing::kLists;
using testing::kUpdates;
using testing::result;
using testing::SeenRequest;

class LegacyWatchTest : public testing::HttpWatchTest {
 protected:
  void be_watchable() {
    be_legacy(true);
    answer("GET", [](const SeenRequest&) { return http::testing::open_events({": open\n\n"}); });
    answer("resources/subscribe", [](const SeenRequest& r) { return result(r, ""); });
    answer("resources/unsubscribe", [](const SeenRequest& r) { return result(r, ""); });
  }
};

CORO_TEST_F(LegacyWatchTest, ListsAServerAnewThatSaysSoOnTheStreamOfASessionOfItsOwn) {
  be_watchable();
  register_server(kLists);
  co_await until_listings(1);
  EXPECT_EQ(1u, count("GET")) << "what it changed since it was listed was not heard";
  EXPECT_EQ("s1", last("GET").header("mcp-session-id"));
  EXPECT_THAT(last("GET").header("accept"), HasSubstr("text/event-stream"));
  EXPECT_THAT(last("initialize").body, HasSubstr("\"capabilities\":" + mcp::ClientCapabilities::all().json()));
  EXPECT_EQ(1, listings_);
  imposter_.push(event("tools/list_changed"));
  co_await until_listings(2);
  EXPECT_EQ(0u, count("resources/subscribe"));
}

CORO_TEST_F(LegacyWatchTest, ListensAsAClientThatCanDoNothingWhereOthersAreRefused) {
  be_watchable();
  const auto greet = answers_["\"initialize\""];
  answer("initialize", [greet](const SeenRequest& r) {
    return r.body.find(R"("capabilities":{},)") == std::string::npos ? error(r, -32603, 400) : greet(r);
  });
  register_server(kLists);
  co_await until_listings(1);
  EXPECT_EQ(2u, count("initialize"));
  imposter_.push(event("tools/list_changed"));
  co_await until_listings(2);
}

CORO_TEST_F(LegacyWatchTest, DoesNotListenToAServerThatTellsNothing) {
  be_watchable();
  register_server(R"({"tools":{},"resources":{"listChanged":false}})");
  co_await pass_time(2 * kWatchStartSpread);
  EXPECT_EQ(0u, count("initialize"));
}

CORO_TEST_F(LegacyWatchTest, DoesNotListenToADisabledServer) {
  be_watchable();
  server_.enabled = false;
  register_server(kLists);
  co_await pass_time(2 * kWatchStartSpread);
  EXPECT_EQ(0u, count("initialize"));
}

CORO_TEST_F(LegacyWatchTest, EndsItsSessionWhenTheServerIsDisabled) {
  be_watchable();
  register_server(kLists);
  co_await until_count("GET", 1);
  server_.enabled = false;
  publish();
  co_await until_count("DELETE", 1);
  EXPECT_EQ("s1", last("DELETE").header("mcp-session-id"));
}

CORO_TEST_F(LegacyWatchTest, LetsGoOfADisabledServerAndReportsWhatMayHaveBeenMissedWhenItIsBack) {
  be_watchable();
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  enable(false);
  co_await until_count("DELETE", 1);
  const std::string refused = co_await subscribe("file:///b");
  EXPECT_THAT(refused, HasSubstr("is disabled"));
  EXPECT_EQ(1u, count("initialize"));
  EXPECT_TRUE(updates_.empty());
  enable(true);
  co_await until_updates(1);
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
  EXPECT_EQ("s2", last("resources/subscribe").header("mcp-session-id"));
  EXPECT_EQ(2u, count("resources/subscribe"));
}

CORO_TEST_F(LegacyWatchTest, TellsWhoJustSubscribesThatTheServerWasDisabled) {
  be_watchable();
  answer("resources/subscribe", [](const SeenRequest&) { return http::testing::open_events({": wait\n\n"}); });
  register_server(kUpdates);
  std::string text;
  spawn(subscribe_into("file:///a", &text));
  co_await until_count("resources/subscribe", 1);
  enable(false);
  co_await join();
  EXPECT_THAT(text, HasSubstr("is disabled"));
}

CORO_TEST_F(LegacyWatchTest, ListensAgainAfterACallThatBeganBeforeAForcedRegistration) {
  be_watchable();
  const catalog::ServerEntry former = server_;
  register_server(kLists);
  co_await until_count("GET", 1);
  server_.spec.headers.emplace_back("X-New", Secret("1"));
  publish();
  co_await until_count("GET", 2);
  co_await call(former, "t", "{}");
  co_await until_count("GET", 3);
  EXPECT_EQ("1", last("GET").header("x-new"));
}

CORO_TEST_F(LegacyWatchTest, SubscribesAtAServerWhoseStreamsEndAtOnce) {
  be_watchable();
  answer("GET", [](const SeenRequest&) { return http::testing::events({"id: 7\nretry: 1\ndata:\n\n"}); });
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
}

CORO_TEST_F(LegacyWatchTest, HearsAllWhereAllThatTheServerHasIsToldOf) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"logging":{}})");
  const bool hears = co_await hears_all();
  EXPECT_TRUE(hears);
  server_.capabilities = kLists;
  publish();
  std::function<bool()> lost = [this] { return hearing_ == Hearing::kNo; };
  co_await until(std::move(lost));  // It has resources by now, and does not tell of them.
}

CORO_TEST_F(LegacyWatchTest, DoesNotHearAllWhereTheServerHasPromptsAndTellsOfToolsAlone) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"prompts":{}})");
  const bool hears = co_await hears_all();
  EXPECT_FALSE(hears);
}

CORO_TEST_F(LegacyWatchTest, EndsItsSessionWhenTheServerIsDeregistered) {
  be_watchable();
  register_server(kLists);
  co_await until_count("GET", 1);
  deregister();
  co_await until_count("DELETE", 1);
}

CORO_TEST_F(LegacyWatchTest, AsksAServerWithoutAStreamOnce) {
  be_watchable();
  answer("GET", [](const SeenRequest&) { return http::testing::text("", 405); });
  register_server(R"({"tools":{"listChanged":true},"resources":{"subscribe":true}})");
  co_await until_count("DELETE", 1);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_THAT(text, HasSubstr("has no event stream outside of calls"));
  publish();
  co_await pass_time(2 * kWatchPauseMin);
  EXPECT_EQ(1u, count("GET"));
}

CORO_TEST_F(LegacyWatchTest, AsksAgainAServerThatStillHoldsTheLastStream) {
  be_watchable();
  register_server(kLists);
  co_await until_listings(1);
  answer("GET",
         [](const SeenRequest&) { return http::testing::text("Only one SSE stream is allowed per session", 409); });
  end_streams();
  co_await until_count("GET", 2);
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({": open\n\n"}); });
  co_await until_listings(2);
  EXPECT_EQ(1u, count("initialize"));
}

CORO_TEST_F(LegacyWatchTest, GoesOnWhereTheStreamEndedAndMissesNothing) {
  be_watchable();
  answer("GET", [](const SeenRequest& r) {
    if (r.header("last-event-id") == "7") return http::testing::open_events({event("tools/list_changed")});
    return http::testing::events({"id: 7\nretry: 100\ndata:\n\n"});
  });
  register_server(kLists);
  co_await until_listings(2);
  EXPECT_EQ(2u, count("GET"));
  EXPECT_EQ(1u, count("initialize"));
  co_await pass_time(2 * kListChangePause);
  EXPECT_EQ(2, listings_);
}

CORO_TEST_F(LegacyWatchTest, ListsTheServerAnewAfterAStreamThatCouldNotGoOn) {
  be_watchable();
  register_server(kLists);
  co_await until_listings(1);
  end_streams();
  co_await until_listings(2);
  EXPECT_EQ(2u, count("GET"));
  EXPECT_FALSE(last("GET").has_header("last-event-id"));
}

CORO_TEST_F(LegacyWatchTest, OpensANewSessionWhenTheServerForgotTheOldOne) {
  be_watchable();
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  answer("GET", [](const SeenRequest& r) {
    if (r.header("mcp-session-id") == "s1") return http::testing::text("", 404);
    return http::testing::open_events({": open\n\n"});
  });
  end_streams();
  co_await until_updates(1);
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
  EXPECT_EQ(2u, count("resources/subscribe"));
  EXPECT_EQ("s2", last("resources/subscribe").header("mcp-session-id"));
}

CORO_TEST_F(LegacyWatchTest, SubscribesOnceForAllAndUnsubscribesForTheLast) {
  be_watchable();
  register_server(kUpdates);
  std::string texts[3];
  for (std::string& text : texts)
    spawn(subscribe_into("file:///a", &text));
  co_await join();
  for (const std::string& text : texts)
    EXPECT_EQ("yes", text);
  EXPECT_EQ(1u, count("resources/subscribe"));
  EXPECT_THAT(last("resources/subscribe").body, HasSubstr(R"("params":{"uri":"file:///a"})"));
  unsubscribe("file:///a");
  unsubscribe("file:///a");
  co_await pass_time(100ms);
  EXPECT_EQ(0u, count("resources/unsubscribe"));
  unsubscribe("file:///a");
  co_await until_count("resources/unsubscribe", 1);
  co_await until_count("DELETE", 1);  // Nobody listens any more.
}

CORO_TEST_F(LegacyWatchTest, TellsOfUpdatesOfWhatIsSubscribedToAndOfItsParts) {
  be_watchable();
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  imposter_.push(event("resources/updated", R"({"uri":"file:///ab"})"));
  imposter_.push(event("resources/updated", R"({"uri":"file:///a"})"));
  imposter_.push(event("resources/updated", R"({"uri":"file:///a/part"})"));
  co_await until_updates(2);
  EXPECT_THAT(updates_, ElementsAre("file:///a", "file:///a"));
}

CORO_TEST_F(LegacyWatchTest, GivesTheServersOwnWordsWhenItRefuses) {
  be_watchable();
  answer("resources/subscribe", [](const SeenRequest& r) { return error(r, -32002, 200); });
  register_server(kUpdates);
  const std::string first = co_await subscribe("file:///a");
  EXPECT_EQ("server 'web': no", first);
  answer("resources/subscribe", [](const SeenRequest& r) { return result(r, ""); });
  const std::string next = co_await subscribe("file:///a");
  EXPECT_EQ("yes", next);
}

CORO_TEST_F(LegacyWatchTest, TakesARefusalWithStatus404ForARefusal) {
  be_watchable();
  answer("resources/subscribe", [](const SeenRequest& r) { return error(r, -32002, 404); });
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("server 'web': no", text);
}

CORO_TEST_F(LegacyWatchTest, DoesNotKeepSubscribersWaitingForAServerThatForgetsItsSessions) {
  be_watchable();
  answer("resources/subscribe", [](const SeenRequest&) { return http::testing::text("", 404); });
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_NE("yes", text);
}

CORO_TEST_F(LegacyWatchTest, DoesNotKeepSubscribersWaitingForAServerThatIsDown) {
  be_watchable();
  register_server(kUpdates);
  imposter_.stop_listening();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_THAT(text, HasSubstr("web"));
  EXPECT_NE("yes", text);
}

CORO_TEST_F(LegacyWatchTest, AnswersAPingAndRefusesEverythingElse) {
  be_watchable();
  register_server(kLists);
  co_await until_count("GET", 1);
  co_await pass_time(50ms);
  imposter_.push("data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\n");
  imposter_.push("data: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n\n");
  std::function<bool()> answered = [this] { return imposter_.requests().size() >= 6; };
  co_await until(std::move(answered));
  std::vector<std::string> answers;
  for (const SeenRequest& request : imposter_.requests()) {
    if (request.method == "POST" && request.body.find("\"method\"") == std::string::npos)
      answers.push_back(request.body);
  }
  EXPECT_THAT(answers,
              ::testing::UnorderedElementsAre(HasSubstr(R"("id":"p","result":{})"), HasSubstr("no call is in flight")));
}

CORO_TEST_F(LegacyWatchTest, FollowsASubscriptionToAServerThatIsRegisteredAnew) {
  be_watchable();
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  server_.spec.headers.emplace_back("X-New", Secret("1"));
  publish();
  co_await until_updates(1);
  EXPECT_EQ(2u, count("resources/subscribe"));
  EXPECT_EQ("1", last("resources/subscribe").header("x-new"));
}

CORO_TEST_F(LegacyWatchTest, HasNobodyToSubscribeToWithoutAServer) {
  be_watchable();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("no server 'web' tells of changes of its resources", text);
}

}  // namespace
}  // namespace jungle::upstream

#include "upstream/http_watch.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "upstream/limits.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::ElementsAre;
using testing::error;
using ::testing::HasSubstr;
using testing::member;
using testing::Reply;
using testing::result;
using testing::SeenRequest;

std::string event(const std::string& method, const std::string& params = "{}") {
  return R"(data: {"jsonrpc":"2.0","method":"notifications/)" + method + R"(","params":)" + params + "}\n\n";
}

// A server that is registered, and what is heard of it.
class HttpWatchTest : public testing::HttpUpstreamTest {
 protected:
  // Publishes the server with these capabilities.
  void register_server(const std::string& capabilities) {
    server_.capabilities = capabilities;
    upstreams_->use([this](catalog::ServerName) {
      ++listings_;
      return nothing();
    });
    upstreams_->resource_watches().on_update(
        [this](const catalog::ServerName&, const std::string& uri) { updates_.push_back(uri); });
    publish();
  }
  void publish() {
    auto entry = std::make_shared<const catalog::ServerEntry>(server_);
    upstreams_->apply(catalog::Snapshot(++generation_, {entry}));
  }
  void deregister() { upstreams_->apply(catalog::Snapshot(++generation_, {})); }
  static Task<Result<std::shared_ptr<const catalog::ServerEntry>>> nothing() {
    co_return Error{ErrorCode::kNotFound, "gone", {}};
  }
  Task<std::string> subscribe(std::string uri) {
    auto subscribed = co_await upstreams_->resource_watches().subscribe(server_.spec.name, std::move(uri));
    co_return subscribed ? "yes" : subscribed.error().message;
  }
  Task<void> subscribe_into(std::string uri, std::string* out) { *out = co_await subscribe(std::move(uri)); }
  void unsubscribe(const std::string& uri) { upstreams_->resource_watches().unsubscribe(server_.spec.name, uri); }
  Task<void> until_listings(int wanted) {
    std::function<bool()> enough = [this, wanted] { return listings_ >= wanted; };
    co_await until(std::move(enough));
  }
  Task<void> until_updates(std::size_t wanted) {
    std::function<bool()> enough = [this, wanted] { return updates_.size() >= wanted; };
    co_await until(std::move(enough));
  }
  // The streams that are open now are cut.
  void end_streams() { imposter_.release(); }

  catalog::ServerEntry server_ = http_server(imposter_.url());
  std::uint64_t generation_ = 0;
  int listings_ = 0;
  std::vector<std::string> updates_;
};

const std::string kLists = R"({"tools":{"listChanged":true},"resources":{}})";
const std::string kUpdates = R"({"tools":{},"resources":{"subscribe":true}})";

class LegacyWatchTest : public HttpWatchTest {
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
  co_await until_count("GET", 1);
  EXPECT_EQ("s1", last("GET").header("mcp-session-id"));
  EXPECT_THAT(last("GET").header("accept"), HasSubstr("text/event-stream"));
  EXPECT_EQ(0, listings_);
  imposter_.push(event("tools/list_changed"));
  co_await until_listings(1);
  EXPECT_EQ(0u, count("resources/subscribe"));
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
  co_await until_count("GET", 1);
  co_await pass_time(50ms);
  answer("GET",
         [](const SeenRequest&) { return http::testing::text("Only one SSE stream is allowed per session", 409); });
  end_streams();
  co_await until_count("GET", 2);
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({": open\n\n"}); });
  co_await until_listings(1);
  EXPECT_EQ(1u, count("initialize"));
}

CORO_TEST_F(LegacyWatchTest, GoesOnWhereTheStreamEndedAndMissesNothing) {
  be_watchable();
  answer("GET", [](const SeenRequest& r) {
    if (r.header("last-event-id") == "7") return http::testing::open_events({event("tools/list_changed")});
    return http::testing::events({"id: 7\nretry: 100\ndata:\n\n"});
  });
  register_server(kLists);
  co_await until_listings(1);
  EXPECT_EQ(2u, count("GET"));
  EXPECT_EQ(1u, count("initialize"));
  co_await pass_time(2 * kListChangePause);
  EXPECT_EQ(1, listings_);
}

CORO_TEST_F(LegacyWatchTest, ListsTheServerAnewAfterAStreamThatCouldNotGoOn) {
  be_watchable();
  register_server(kLists);
  co_await until_count("GET", 1);
  co_await pass_time(50ms);
  end_streams();
  co_await until_listings(1);
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
  EXPECT_THAT(answers, ::testing::UnorderedElementsAre(HasSubstr(R"("id":"p","result":{})"), HasSubstr("-32601")));
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

class ModernWatchTest : public HttpWatchTest {
 protected:
  static std::string with_id(const SeenRequest& r, const std::string& rest) {
    return R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + member(r.body, "id") + "}" + rest + "}";
  }
  static std::string acknowledgement(const SeenRequest& r) {
    const auto at = r.body.find("\"notifications\":{");
    const auto end = r.body.find('}', at) + 1;
    return event("subscriptions/acknowledged", with_id(r, "," + r.body.substr(at, end - at)));
  }
  void be_watchable() {
    be_modern();
    answer("subscriptions/listen", [this](const SeenRequest& r) {
      id_ = member(r.body, "id");
      return http::testing::open_events({acknowledgement(r)});
    });
  }
  std::string tagged(const std::string& method, const std::string& rest = "") const {
    return event(method, R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + id_ + "}" + rest + "}");
  }
  std::string id_;
};

CORO_TEST_F(ModernWatchTest, ListensForWhatTheServerOffers) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"prompts":{},"resources":{"listChanged":true}})");
  co_await until_count("subscriptions/listen", 1);
  EXPECT_EQ("subscriptions/listen", last("subscriptions/listen").header("mcp-method"));
  EXPECT_THAT(last("subscriptions/listen").body,
              HasSubstr(R"("notifications":{"toolsListChanged":true,"resourcesListChanged":true})"));
  co_await pass_time(50ms);
  imposter_.push(event("tools/list_changed"));  // Of no subscription.
  co_await pass_time(2 * kListChangeGather);
  EXPECT_EQ(0, listings_);
  imposter_.push(tagged("tools/list_changed"));
  co_await until_listings(1);
}

CORO_TEST_F(ModernWatchTest, AsksForMoreBeforeItLetsGoOfWhatItHas) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"resources":{"subscribe":true}})");
  co_await until_count("subscriptions/listen", 1);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  EXPECT_EQ(2u, count("subscriptions/listen"));
  EXPECT_THAT(last("subscriptions/listen").body,
              HasSubstr(R"("notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]})"));
  imposter_.push(tagged("resources/updated", R"(,"uri":"file:///a")"));
  co_await until_updates(1);
  EXPECT_EQ(0, listings_);
}

CORO_TEST_F(ModernWatchTest, TellsWhoSubscribesThatTheServerDidNotTakeIt) {
  be_watchable();
  answer("subscriptions/listen", [](const SeenRequest& r) {
    return http::testing::open_events({event("subscriptions/acknowledged", with_id(r, R"(,"notifications":{})"))});
  });
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("server 'web' takes no subscription to 'file:///a'", text);
}

CORO_TEST_F(ModernWatchTest, ListensAgainWhenItEndsAndReportsWhatMayHaveBeenMissed) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"resources":{"subscribe":true}})");
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  end_streams();
  co_await until_updates(1);
  co_await until_listings(1);
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
}

CORO_TEST_F(ModernWatchTest, AsksAServerWithoutSubscriptionsOnce) {
  be_modern();
  answer("subscriptions/listen", [](const SeenRequest& r) { return error(r, -32601, 404); });
  register_server(kLists);
  co_await until_count("subscriptions/listen", 1);
  co_await pass_time(2 * kWatchPauseMin);
  EXPECT_EQ(1u, count("subscriptions/listen"));
}

CORO_TEST_F(ModernWatchTest, KeepsWhatItHasWhenTheServerRefusesMore) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"resources":{"subscribe":true}})");
  co_await until_count("subscriptions/listen", 1);
  co_await pass_time(50ms);
  answer("subscriptions/listen", [](const SeenRequest& r) { return error(r, -32602, 400); });
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("server 'web': no", text);
  imposter_.push(tagged("tools/list_changed"));
  co_await until_listings(1);
  EXPECT_EQ(2u, count("subscriptions/listen"));
}

}  // namespace
}  // namespace jungle::upstream

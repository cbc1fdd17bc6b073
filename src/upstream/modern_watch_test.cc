#include "upstream/modern_watch.h"

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
using testing::member;
using testing::SeenRequest;

class ModernWatchTest : public testing::HttpWatchTest {
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
  co_await until_listings(1);
  EXPECT_EQ(1u, count("subscriptions/listen")) << "what it changed since it was listed was not heard";
  EXPECT_EQ("subscriptions/listen", last("subscriptions/listen").header("mcp-method"));
  EXPECT_THAT(last("subscriptions/listen").body,
              HasSubstr(R"("notifications":{"toolsListChanged":true,"resourcesListChanged":true})"));
  imposter_.push(event("tools/list_changed"));  // Of no subscription.
  co_await pass_time(kListChangePause + 2 * kListChangeGather);
  EXPECT_EQ(1, listings_);
  imposter_.push(tagged("tools/list_changed"));
  co_await until_listings(2);
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
  EXPECT_EQ(1, listings_);
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
  co_await until_listings(2);
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
}

CORO_TEST_F(ModernWatchTest, LetsGoOfADisabledServerAndReportsWhatMayHaveBeenMissedWhenItIsBack) {
  be_watchable();
  register_server(kUpdates);
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  const std::size_t before = count("subscriptions/listen");
  enable(false);
  co_await pass_time(2 * kWatchPauseMin);
  EXPECT_EQ(before, count("subscriptions/listen"));
  enable(true);
  co_await until_updates(1);
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
}

CORO_TEST_F(ModernWatchTest, HearsAllThatTheServerAcknowledges) {
  be_watchable();
  register_server(R"({"tools":{"listChanged":true},"prompts":{"listChanged":true}})");
  const bool hears = co_await hears_all();
  EXPECT_TRUE(hears);
}

CORO_TEST_F(ModernWatchTest, DoesNotHearAllWhereTheServerAcknowledgesLess) {
  be_modern();
  answer("subscriptions/listen", [](const SeenRequest& r) {
    return http::testing::open_events(
        {event("subscriptions/acknowledged", with_id(r, R"(,"notifications":{"toolsListChanged":true})"))});
  });
  register_server(R"({"tools":{"listChanged":true},"prompts":{"listChanged":true}})");
  const bool hears = co_await hears_all();
  EXPECT_FALSE(hears);
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
  co_await until_listings(1);
  answer("subscriptions/listen", [](const SeenRequest& r) { return error(r, -32602, 400); });
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("server 'web': no", text);
  imposter_.push(tagged("tools/list_changed"));
  co_await until_listings(2);
  EXPECT_EQ(2u, count("subscriptions/listen"));
}

}  // namespace
}  // namespace jungle::upstream

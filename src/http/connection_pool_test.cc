#include "http/connection_pool.h"

#include "http/testing/client_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;
using testing::CallOutcome;

class ConnectionPoolTest : public testing::ClientTest {
 protected:
  Task<void> call_twice(CallOutcome& first, CallOutcome& second) {
    co_await call(imposter_.url(), "", kNever, first);
    co_await call(imposter_.url(), "", kNever, second);
  }
  ConnectionPoolTest() { imposter_.when_anything().reply(testing::json("{}")); }
};

TEST_F(ConnectionPoolTest, UsesAConnectionAgain) {
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(200, call(imposter_.url("/" + std::to_string(i)), "x").status);
  EXPECT_EQ(1, imposter_.accepted_count());
  EXPECT_EQ(1u, client().idle_count());
}

TEST_F(ConnectionPoolTest, UsesAConnectionAgainAfterAChunkedAnswer) {
  imposter_.when_anything().reply(testing::events({"data: 1\n\n"}));
  call(imposter_.url());
  call(imposter_.url());
  EXPECT_EQ(1, imposter_.accepted_count());
}

TEST_F(ConnectionPoolTest, OpensOneConnectionForEachCallUnderWay) {
  imposter_.when_anything().reply(testing::json("{}").held());
  std::array<CallOutcome, 3> outcomes;
  for (CallOutcome& outcome : outcomes)
    begin_call(imposter_.url(), kNever, outcome);
  EXPECT_TRUE(run_until([&] { return imposter_.requests().size() == 3; }));
  imposter_.release();
  for (const CallOutcome& outcome : outcomes)
    EXPECT_TRUE(run_until([&] { return outcome.done; }));
  EXPECT_EQ(3, imposter_.accepted_count());
  EXPECT_EQ(3u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotUseAConnectionThatThePeerClosed) {
  call(imposter_.url());
  imposter_.close_connections();
  EXPECT_TRUE(run_until([&] { return client().idle_count() == 0; }));
  EXPECT_EQ(200, call(imposter_.url()).status);
  EXPECT_EQ(2, imposter_.accepted_count());
}

TEST_F(ConnectionPoolTest, AsksBeforeItReusesAConnectionForTheFirstTime) {
  // The peer closes right after its answer, without a word, and no event has told us yet.
  imposter_.when_anything().replies({testing::json("1").then_close(), testing::json("2")});
  CallOutcome first, second;
  run_io(call_twice(first, second));
  EXPECT_EQ("1", first.body);
  // Either the close was seen in time, or the call failed and was not sent twice.
  if (second.error) {
    EXPECT_EQ(FailurePhase::kMaybeSent, second.phase);
  } else {
    EXPECT_EQ("2", second.body);
  }
  EXPECT_LE(imposter_.requests().size(), 2u);
}

TEST_F(ConnectionPoolTest, ClosesAConnectionThatRestedTooLong) {
  call(imposter_.url());
  advance(kUpstreamIdleTime - 200ms);
  EXPECT_EQ(1u, client().idle_count());
  advance(400ms);
  EXPECT_EQ(0u, client().idle_count());
  EXPECT_TRUE(run_until([&] { return imposter_.open_count() == 0; }));
}

TEST_F(ConnectionPoolTest, KeepsAConnectionAsLongAsThePeerSays) {
  imposter_.when_anything().reply(testing::json("{}").with_header("Keep-Alive", "timeout=20, max=7"));
  call(imposter_.url());
  advance(18800ms);
  EXPECT_EQ(1u, client().idle_count());
  advance(400ms);
  EXPECT_EQ(0u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotKeepAConnectionThatThePeerIsAboutToClose) {
  imposter_.when_anything().reply(testing::json("{}").with_header("Keep-Alive", "timeout=1"));
  call(imposter_.url());
  EXPECT_EQ(0u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotKeepAConnectionThatIsToBeClosed) {
  imposter_.when_anything().reply(testing::json("{}").with_header("Connection", "close"));
  call(imposter_.url());
  EXPECT_EQ(0u, client().idle_count());
  imposter_.when_anything().reply(testing::raw("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  call(imposter_.url());
  EXPECT_EQ(0u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotKeepAConnectionWithBytesNobodyAskedFor) {
  imposter_.when_anything().reply(
      testing::raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
  EXPECT_EQ("ok", call(imposter_.url()).body);
  EXPECT_EQ(0u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotKeepAConnectionWhoseBodyWasNotRead) {
  auto abandon = [](Client& client, std::string url_text) -> Task<void> {
    const auto url = Url::parse(url_text);
    ClientRequest request{*url};
    auto answer = co_await client.send(request);
    EXPECT_TRUE(answer);
  };
  run_io(abandon(client(), imposter_.url()));
  EXPECT_EQ(0u, client().idle_count());
  EXPECT_TRUE(run_until([&] { return imposter_.open_count() == 0; }));
}

TEST_F(ConnectionPoolTest, KeepsSoManyAndNotMore) {
  options_.idle_per_origin_max = 2;
  imposter_.when_anything().reply(testing::json("{}").held());
  std::array<CallOutcome, 3> outcomes;
  for (CallOutcome& outcome : outcomes)
    begin_call(imposter_.url(), kNever, outcome);
  EXPECT_TRUE(run_until([&] { return imposter_.requests().size() == 3; }));
  imposter_.release();
  EXPECT_TRUE(run_until([&] { return outcomes[0].done && outcomes[1].done && outcomes[2].done; }));
  EXPECT_EQ(2u, client().idle_count());
}

TEST_F(ConnectionPoolTest, DoesNotMixOrigins) {
  testing::HttpImposter other(context_, &time_);
  other.when_anything().reply(testing::json("other"));
  call(imposter_.url());
  EXPECT_EQ("other", call(other.url()).body);
  EXPECT_EQ("{}", call(imposter_.url()).body);
  EXPECT_EQ(1, imposter_.accepted_count());
  EXPECT_EQ(1, other.accepted_count());
  stop_client();
}

}  // namespace
}  // namespace jungle::http

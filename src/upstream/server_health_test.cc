#include "upstream/server_health.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "catalog/testing/samples.h"
#include "telemetry/testing/recording_log.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

using ::testing::HasSubstr;

class ServerHealthTest : public jungle::testing::CoroTest {
 protected:
  ServerHealthTest() {
    board_.on_turn([this](const catalog::ServerName& name, Turn turn) {
      turns_.push_back(name.str() + (turn == Turn::kLost ? " lost" : " back"));
    });
  }
  static Error down(ErrorCode code = ErrorCode::kUnavailable) { return {code, "server 'up': it is down", {}}; }
  // So many calls, one after the other, each of which fails.
  void fail(std::uint32_t calls) {
    for (std::uint32_t i = 0; i < calls; ++i)
      health_->failed(health_->look(), down());
  }
  bool admits() { return health_->admit(health_->look()).has_value(); }
  using Turns = std::vector<std::string>;

  telemetry::testing::RecordingLog log_;
  jungle::testing::FakeRandom random_;
  HealthBoard board_{time_, random_, log_};
  catalog::ServerSpec spec_ = catalog::testing::http_spec("up");
  std::shared_ptr<ServerHealth> health_ = board_.of(spec_);
  Turns turns_;
};

TEST_F(ServerHealthTest, OpensAfterSoManyFailuresInARow) {
  fail(kFailuresMax - 1);
  EXPECT_TRUE(admits());
  EXPECT_FALSE(health_->outage());
  fail(1);
  const auto refused = health_->admit(health_->look());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, refused.error().code);
  EXPECT_THAT(refused.error().message, HasSubstr("server 'up': it is down (unavailable since "));
  EXPECT_THAT(refused.error().message, HasSubstr("; this call was not sent; the server is tried again in 0.1 s)"));
  EXPECT_EQ(Turns{"up lost"}, turns_);
  ASSERT_TRUE(board_.outage_of(spec_.name));
  EXPECT_EQ("server 'up': it is down", board_.outage_of(spec_.name)->reason);
}

TEST_F(ServerHealthTest, AnAnswerEndsTheRow) {
  fail(kFailuresMax - 1);
  health_->reached(health_->look());
  EXPECT_EQ(0u, health_->look());
  fail(kFailuresMax - 1);
  EXPECT_TRUE(admits());
  EXPECT_TRUE(turns_.empty());
}

TEST_F(ServerHealthTest, CallsThatOneBrokenConnectionEndsAreOneFailure) {
  const auto sight = health_->look();
  for (int call = 0; call < 100; ++call)
    health_->failed(sight, down());
  EXPECT_EQ(1u, health_->look());
}

TEST_F(ServerHealthTest, AnAnswerToAnOlderCallSaysNothingAboutANewerFailure) {
  fail(1);
  const auto sight = health_->look();
  fail(1);
  health_->reached(sight);
  EXPECT_EQ(2u, health_->look());
}

TEST_F(ServerHealthTest, OnlyConnectionFailuresCount) {
  const ErrorCode others[] = {ErrorCode::kUpstreamRejected, ErrorCode::kCancelled,       ErrorCode::kUnauthenticated,
                              ErrorCode::kLimitExceeded,    ErrorCode::kInvalidArgument, ErrorCode::kPermissionDenied};
  for (const ErrorCode code : others)
    health_->failed(health_->look(), down(code));
  EXPECT_EQ(0u, health_->look());
  health_->failed(health_->look(), down(ErrorCode::kDeadlineExceeded));
  EXPECT_EQ(1u, health_->look());
}

TEST_F(ServerHealthTest, LetsOneCallThroughAtATimeMoreAndMoreSeldom) {
  fail(kFailuresMax);
  EXPECT_FALSE(admits());
  time_.advance(kProbePauseMin);
  EXPECT_TRUE(admits());
  EXPECT_FALSE(admits()) << "one is under way";
  Millis longest{0};
  for (int probe = 0; probe < 8; ++probe) {
    fail(1);
    Millis pause{0};
    for (; !admits(); pause += Millis(10))
      time_.advance(Millis(10));
    longest = std::max(longest, pause);
  }
  EXPECT_GE(longest, kProbePauseMax / 2);
  EXPECT_LE(longest, kProbePauseMax + Millis(10));
  health_->reached(health_->look());
  EXPECT_TRUE(admits());
  EXPECT_TRUE(admits());
  EXPECT_FALSE(health_->outage());
  EXPECT_EQ((Turns{"up lost", "up back"}), turns_);
}

TEST_F(ServerHealthTest, ACallThatKnowsNothingYetMakesRoomForAnother) {
  fail(kFailuresMax);
  time_.advance(kProbePauseMin);
  EXPECT_TRUE(admits());
  time_.advance(kProbeTime);
  EXPECT_TRUE(admits());
}

TEST_F(ServerHealthTest, AListingThatFailsShowsAnOutageAndHoldsNoCallBack) {
  health_->listing_failed(down(), time_.steady_now() + Seconds(7));
  EXPECT_TRUE(admits());
  ASSERT_TRUE(health_->outage());
  EXPECT_EQ(time_.steady_now() + Seconds(7), health_->outage()->next_attempt);
  const SystemTime since = health_->outage()->since;
  time_.advance(Seconds(9));
  health_->listing_failed(down(), kNever);
  EXPECT_EQ(since, health_->outage()->since);
  health_->reached(health_->look());
  EXPECT_FALSE(health_->outage());
  EXPECT_EQ(Turns{"up back"}, turns_);
}

TEST_F(ServerHealthTest, AListingThatTakesTooLongDoesNotMeanThatCallsCannotReachTheServer) {
  health_->listing_failed(down(ErrorCode::kDeadlineExceeded), time_.steady_now() + Seconds(7));
  EXPECT_TRUE(health_->outage()) << "its lists are not known";
  EXPECT_EQ(0u, health_->look());
  fail(1);
  health_->reached(health_->look());
  EXPECT_TRUE(health_->outage()) << "until it can be listed";
  EXPECT_EQ(Turns{}, turns_);
}

TEST_F(ServerHealthTest, AnAnswerToACallDoesNotGrantWhatAListingLacked) {
  health_->listing_failed(down(ErrorCode::kUnauthenticated), kNever);
  EXPECT_EQ(0u, health_->look());
  fail(1);
  health_->reached(health_->look());
  EXPECT_TRUE(health_->outage());
  health_->listing_succeeded();
  EXPECT_FALSE(health_->outage());
}

TEST_F(ServerHealthTest, AListingThatSucceedsLetsCallsThrough) {
  fail(kFailuresMax + 3);
  health_->listing_succeeded();
  EXPECT_TRUE(admits());
  EXPECT_FALSE(health_->outage());
}

TEST_F(ServerHealthTest, OtherSettingsAreAnotherServer) {
  fail(kFailuresMax);
  EXPECT_EQ(health_, board_.of(spec_));
  spec_.url = "http://127.0.0.1:10/mcp";
  EXPECT_NE(health_, board_.of(spec_));
  EXPECT_FALSE(board_.outage_of(spec_.name));
  board_.forget(spec_.name);
  EXPECT_FALSE(board_.outage_of(spec_.name));
}

}  // namespace
}  // namespace jungle::upstream

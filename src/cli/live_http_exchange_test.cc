#include "cli/live_http_exchange.h"

#include <gtest/gtest.h>

#include "http/limits.h"
#include "http/testing/http_imposter.h"

namespace jungle::cli {
namespace {

using http::testing::HttpImposterThread;
using http::testing::json;

// The machine's clock, set forward as a test wishes.
class ShiftedTime final : public Time {
 public:
  void pass(Seconds time) { shift_ += time; }
  SteadyTime steady_now() const override { return real_.steady_now() + shift_; }
  SystemTime system_now() const override { return real_.system_now() + shift_; }
  Task<void> sleep_until(SteadyTime deadline) override { return real_.sleep_until(deadline - shift_); }

 private:
  RealTime real_;
  Seconds shift_{0};
};

class LiveHttpExchangeTest : public ::testing::Test {
 protected:
  Result<HttpAnswer> send(const std::string& method, const std::string& url, const std::string& body = "",
                          const std::string& token = "") {
    return exchange_.send({method, url, body, Secret(token), Seconds(20)});
  }

  HttpImposterThread gateway_;
  ShiftedTime time_;
  telemetry::NullLog log_;
  LiveHttpExchange exchange_{time_, log_};
};

TEST_F(LiveHttpExchangeTest, SendsJsonAndTheToken) {
  gateway_->when_anything().reply(json(R"({"ok":true})", 201));
  const auto answer = send("POST", gateway_->url("/api/v0/servers?force=true"), R"({"name":"x"})", "tok");
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(201, answer->status);
  EXPECT_EQ(R"({"ok":true})", answer->body);
  const auto seen = gateway_->requests().at(0);
  EXPECT_EQ("POST", seen.method);
  EXPECT_EQ("/api/v0/servers?force=true", seen.target);
  EXPECT_EQ(R"({"name":"x"})", seen.body);
  EXPECT_EQ("application/json", seen.header("content-type"));
  EXPECT_EQ("Bearer tok", seen.header("authorization"));
}

TEST_F(LiveHttpExchangeTest, SendsNoTokenWithoutOneAndKeepsItsConnection) {
  gateway_->when_anything().reply(json("[]"));
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(send("GET", gateway_->url("/x")).has_value());
  EXPECT_FALSE(gateway_->requests().at(0).has_header("authorization"));
  EXPECT_EQ(1, gateway_->accepted_count());
}

TEST_F(LiveHttpExchangeTest, SendsNothingOnAConnectionThatGrewOldMeanwhile) {
  gateway_->when_anything().reply(json("[]"));
  ASSERT_TRUE(send("POST", gateway_->url("/x"), "{}").has_value());
  time_.pass(http::kUpstreamIdleTimeMax + Seconds(1));
  ASSERT_TRUE(send("POST", gateway_->url("/x"), "{}").has_value());
  EXPECT_EQ(2, gateway_->accepted_count());
}

TEST_F(LiveHttpExchangeTest, TellsThatNobodyListensInGosWords) {
  gateway_.stop_listening();
  const auto answer = send("GET", gateway_->url("/x"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, answer.error().code);
  EXPECT_EQ("dial tcp " + gateway_->authority() + ": connect: connection refused", answer.error().message);
}

TEST_F(LiveHttpExchangeTest, TellsWhenTheServerHangsUpAndGoesOn) {
  gateway_->when_anything().replies({http::testing::hang_up(), json("[]")});
  const auto answer = send("POST", gateway_->url("/x"), "{}");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, answer.error().code);
  EXPECT_TRUE(send("GET", gateway_->url("/x")).has_value());
}

TEST_F(LiveHttpExchangeTest, GivesUpAfterTheTimeLimit) {
  gateway_->when_anything().reply(json("[]").held());
  const auto answer = exchange_.send({"GET", gateway_->url("/x"), "", Secret(), Seconds(0)});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, answer.error().code);
}

TEST_F(LiveHttpExchangeTest, RefusesWhatIsNoUrl) {
  EXPECT_EQ(ErrorCode::kInvalidArgument, send("GET", "ftp://x/y").error().code);
  EXPECT_EQ(ErrorCode::kInvalidArgument, send("GET", "").error().code);
}

}  // namespace
}  // namespace jungle::cli

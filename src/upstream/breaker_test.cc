// The circuit breaker on the road of calls: what counts for it, and what it answers.
#include <string>
#include <utility>

#include "upstream/limits.h"
#include "upstream/server_health.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using testing::error;
using ::testing::HasSubstr;
using testing::kText;
using testing::result;
using testing::SeenRequest;

class BreakerTest : public testing::HttpUpstreamTest {
 protected:
  Task<void> call_times(catalog::ServerEntry server, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i)
      last_ = co_await call(server, "t", "{}");
  }
  // Until the breaker lets a call through that succeeds.
  Task<void> call_until_ok(catalog::ServerEntry server) {
    for (int i = 0; i < 300 && last_ != "ok"; ++i) {
      co_await pass_time(Millis(10));
      last_ = co_await call(server, "t", "{}");
    }
    EXPECT_EQ("ok", last_);
  }
  ServerHealth::Sight failures_of(const catalog::ServerEntry& server) {
    return upstreams_->health().of(server.spec)->look();
  }

  std::string last_;
};

CORO_TEST_F(BreakerTest, CallsToAServerThatIsGoneFailAtOnceUntilItIsBack) {
  be_modern();
  const auto server = http_server(imposter_.url());
  bool is_down = true;
  answer("tools/call", [&](const SeenRequest& r) {
    if (is_down) return http::testing::text("no such upstream", 503);
    return result(r, R"("resultType":"complete",)" + kText);
  });
  co_await call_times(server, kFailuresMax);
  EXPECT_EQ(kFailuresMax, count("tools/call"));
  co_await call_times(server, 20);
  EXPECT_THAT(last_, HasSubstr("no such upstream (unavailable since "));
  EXPECT_THAT(last_, HasSubstr("server 'web'"));
  EXPECT_LE(count("tools/call"), kFailuresMax + 2) << "they were not sent";
  is_down = false;
  co_await call_until_ok(server);
  EXPECT_EQ(0u, failures_of(server));
}

CORO_TEST_F(BreakerTest, AConnectionThatIsRefusedCounts) {
  const auto server = http_server("http://127.0.0.1:1/mcp");
  co_await call_times(server, kFailuresMax + 1);
  EXPECT_THAT(last_, HasSubstr("was refused"));
  EXPECT_THAT(last_, HasSubstr("this call was not sent"));
  EXPECT_EQ(kFailuresMax, failures_of(server));
}

CORO_TEST_F(BreakerTest, WhatTheServerAnswersDoesNotCount) {
  be_modern();
  const auto server = http_server(imposter_.url());
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32603, 200); });
  co_await call_times(server, kFailuresMax + 1);
  EXPECT_EQ("error: no", last_);
  for (const int status : {400, 401, 404, 429, 500}) {
    answer("tools/call", [status](const SeenRequest&) { return http::testing::text("no", status); });
    co_await call_times(server, kFailuresMax + 1);
    EXPECT_EQ(0u, failures_of(server)) << status;
  }
}

CORO_TEST_F(BreakerTest, AProcessThatCannotBeStartedCounts) {
  auto server = stdio_server({"legacy"});
  server.spec.command = "/nowhere/to/be/found";
  co_await call_times(server, kFailuresMax + 1);
  EXPECT_THAT(last_, HasSubstr("failed to create stdio client"));
  EXPECT_THAT(last_, HasSubstr("this call was not sent"));
}

CORO_TEST_F(BreakerTest, WhatAClientGivesUpDoesNotCount) {
  be_modern();
  const auto server = http_server(imposter_.url());
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("").held(); });
  for (std::uint32_t i = 0; i < kFailuresMax + 1; ++i) {
    spawn(call_times(server, 1));
    co_await until_count("tools/call", i + 1);
    cancel_spawned();
    co_await join();
  }
  EXPECT_EQ(0u, failures_of(server));
}

}  // namespace
}  // namespace jungle::upstream

#include "base/with_deadline.h"

#include <optional>

#include "base/testing/coro_test.h"

namespace jungle {
namespace {

using namespace std::chrono_literals;

class WithDeadlineTest : public testing::CoroTest {
 protected:
  Task<Result<int>> answer_after(Millis delay) {
    co_await time_.sleep_until(time_.steady_now() + delay);
    co_return 42;
  }
  std::optional<Result<int>> outcome(Millis delay, Millis limit) {
    std::optional<Result<int>> got;
    asio::co_spawn(context_, with_deadline(time_, time_.steady_now() + limit, answer_after(delay)),
                   [&](std::exception_ptr, Result<int> result) { got = std::move(result); });
    time_.advance(10s);
    return got;
  }
};

TEST_F(WithDeadlineTest, ReturnsTheAnswerThatComesInTime) { EXPECT_EQ(42, outcome(1s, 2s)->value()); }

TEST_F(WithDeadlineTest, FailsWhenTheWorkIsTooSlow) {
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, outcome(3s, 2s)->error().code);
}

}  // namespace
}  // namespace jungle

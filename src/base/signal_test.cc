#include "base/signal.h"

#include <optional>

#include "base/task_group.h"
#include "base/testing/coro_test.h"
#include "base/without_throwing.h"

namespace jungle {
namespace {

class SignalTest : public testing::CoroTest {
 protected:
  Task<void> wait_until_set() {
    auto waiting = without_throwing(signal_.until([this] { return is_set_; }));
    outcome_ = co_await std::move(waiting);
  }
  void start() {
    group_.spawn(wait_until_set());
    time_.run_ready();
  }

  bool is_set_ = false;
  std::optional<Result<void>> outcome_;
  Signal signal_{context_.get_executor()};
  TaskGroup group_{context_.get_executor(), [](std::exception_ptr) { ADD_FAILURE() << "a task threw"; }};
};

TEST_F(SignalTest, DoesNotWaitForWhatHoldsAlready) {
  is_set_ = true;
  start();
  EXPECT_TRUE(outcome_ && outcome_->has_value());
}

TEST_F(SignalTest, WaitsUntilItHoldsHoweverOftenItIsWoken) {
  start();
  signal_.notify_all();
  time_.run_ready();
  EXPECT_FALSE(outcome_);
  is_set_ = true;
  signal_.notify_all();
  time_.run_ready();
  EXPECT_TRUE(outcome_ && outcome_->has_value());
}

TEST_F(SignalTest, EndsWithItsCoroutine) {
  start();
  group_.cancel();
  time_.run_ready();
  ASSERT_TRUE(outcome_);
  EXPECT_EQ(ErrorCode::kCancelled, outcome_->error().code);
}

}  // namespace
}  // namespace jungle

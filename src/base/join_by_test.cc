#include "base/join_by.h"

#include <chrono>
#include <exception>

#include "base/cancelled.h"
#include "base/testing/coro_test.h"

namespace jungle {
namespace {

using namespace std::chrono_literals;

class JoinByTest : public testing::CoroTest {
 protected:
  Task<void> work(Millis how_long) {
    co_await time_.sleep_until(time_.steady_now() + how_long);
    const bool was_cancelled = co_await is_cancelled();
    ++(was_cancelled ? cancelled_ : finished_);
  }
  static Task<void> join(TaskGroup& group, Time& time, Millis limit, bool& joined) {
    co_await join_by(group, time, time.steady_now() + limit);
    joined = true;
  }
  void begin(Millis limit) {
    asio::co_spawn(context_, join(group_, time_, limit, joined_), [](std::exception_ptr) {});
    time_.run_ready();
  }

  bool joined_ = false;
  int finished_ = 0;
  int cancelled_ = 0;
  TaskGroup group_{context_.get_executor(), [](std::exception_ptr) {}};
};

TEST_F(JoinByTest, ReturnsWhenAllHaveFinished) {
  group_.spawn(work(1s));
  group_.spawn(work(2s));
  begin(5s);
  time_.advance(1999ms);
  EXPECT_FALSE(joined_);
  time_.advance(1ms);
  EXPECT_TRUE(joined_);
  EXPECT_EQ(2, finished_);
}

TEST_F(JoinByTest, CancelsAtTheDeadlineWhatStillRuns) {
  group_.spawn(work(1s));
  group_.spawn(work(1h));
  begin(5s);
  time_.advance(4999ms);
  EXPECT_FALSE(joined_);
  time_.advance(1ms);
  EXPECT_TRUE(joined_);
  EXPECT_EQ(1, finished_);
  EXPECT_EQ(1, cancelled_);
  EXPECT_EQ(0u, group_.size());
}

TEST_F(JoinByTest, ReturnsAtOnceFromAnEmptyGroup) {
  begin(5s);
  EXPECT_TRUE(joined_);
}

}  // namespace
}  // namespace jungle

#include "base/task_group.h"

#include <chrono>

#include "base/testing/coro_test.h"

namespace jungle {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public testing::CoroTest {
 protected:
  Task<void> sleep_then_count(Millis how_long) {
    co_await time_.sleep_until(time_.steady_now() + how_long);
    ++ended_;
  }
  Task<void> fail() {
    throw std::runtime_error("a bug");
    co_return;
  }

  int ended_ = 0;
  int errors_ = 0;
  TaskGroup group_{context_.get_executor(), [this](std::exception_ptr) { ++errors_; }};
};

TEST_F(TaskGroupTest, JoinWaitsForEveryChild) {
  bool joined = false;
  group_.spawn(sleep_then_count(1s));
  group_.spawn(sleep_then_count(5s));
  auto join = [](TaskGroup& group, bool& done) -> Task<void> {
    co_await group.join();
    done = true;
  };
  asio::co_spawn(context_, join(group_, joined), [](std::exception_ptr) {});
  time_.advance(4s);
  EXPECT_FALSE(joined);
  time_.advance(2s);
  EXPECT_TRUE(joined);
  EXPECT_EQ(2, ended_);
}

TEST_F(TaskGroupTest, CancelEndsChildrenEarly) {
  group_.spawn(sleep_then_count(1h));
  time_.run_ready();
  group_.cancel();
  time_.run_ready();
  EXPECT_EQ(0u, group_.size());
}

TEST_F(TaskGroupTest, CancelReachesAChildThatHasNotStarted) {
  group_.spawn(sleep_then_count(1h));
  group_.cancel();
  time_.run_ready();
  EXPECT_EQ(0u, group_.size());
}

TEST_F(TaskGroupTest, ReportsAnExceptionOfAChild) {
  group_.spawn(fail());
  time_.run_ready();
  EXPECT_EQ(1, errors_);
  EXPECT_EQ(0u, group_.size());
}

TEST_F(TaskGroupTest, DoesNotRunAChildInsideSpawn) {
  group_.spawn(sleep_then_count(0ms));
  EXPECT_EQ(0, ended_);
  time_.run_ready();
  EXPECT_EQ(1, ended_);
}

}  // namespace
}  // namespace jungle

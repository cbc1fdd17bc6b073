#include "base/deadline_list.h"

#include <memory>

#include "base/task_group.h"
#include "base/testing/coro_test.h"

namespace jungle {
namespace {

using namespace std::chrono_literals;

class DeadlineListTest : public testing::CoroTest {
 protected:
  DeadlineListTest() { group_.spawn(list_.run_sweeps()); }
  ~DeadlineListTest() override {
    group_.cancel();
    time_.run_ready();
  }

  DeadlineList list_{time_};
  TaskGroup group_{context_.get_executor(), [](std::exception_ptr) {}};
  int fired_ = 0;
  DeadlineList::Entry entry_{[this] { ++fired_; }};
};

TEST_F(DeadlineListTest, FiresOnceWithinATickOfTheDeadline) {
  list_.arm(entry_, time_.steady_now() + 1s);
  time_.advance(999ms);
  EXPECT_EQ(0, fired_);
  time_.advance(101ms);
  EXPECT_EQ(1, fired_);
  time_.advance(10s);
  EXPECT_EQ(1, fired_);
}

TEST_F(DeadlineListTest, MovesADeadline) {
  list_.arm(entry_, time_.steady_now() + 1s);
  time_.advance(900ms);
  list_.arm(entry_, time_.steady_now() + 1s);
  time_.advance(900ms);
  EXPECT_EQ(0, fired_);
  time_.advance(200ms);
  EXPECT_EQ(1, fired_);
}

TEST_F(DeadlineListTest, ForgetsADisarmedOrDestroyedEntry) {
  auto gone = std::make_unique<DeadlineList::Entry>([this] { ++fired_; });
  list_.arm(*gone, time_.steady_now() + 1s);
  list_.arm(entry_, time_.steady_now() + 1s);
  gone.reset();
  entry_.disarm();
  time_.advance(5s);
  EXPECT_EQ(0, fired_);
}

TEST_F(DeadlineListTest, LetsACallbackDestroyAnotherExpiredEntry) {
  auto second = std::make_unique<DeadlineList::Entry>([this] { ++fired_; });
  DeadlineList::Entry first([&] { second.reset(); });
  list_.arm(first, time_.steady_now() + 1s);
  list_.arm(*second, time_.steady_now() + 1s);
  time_.advance(2s);
  EXPECT_EQ(0, fired_);
  EXPECT_EQ(nullptr, second);
}

}  // namespace
}  // namespace jungle

#include "upstream/watch_pace.h"

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

class WatchPaceTest : public ::testing::Test {
 protected:
  Millis after(std::size_t count, const EndedWatch& ended) {
    Millis pause{0};
    for (; count > 0; --count)
      pause = pace_.after(ended);
    return pause;
  }
  jungle::testing::FakeRandom random_;
  WatchPace pace_{random_};
};

TEST_F(WatchPaceTest, GrowsWhileNothingComesAbout) {
  EXPECT_LE(after(1, {.was_there = false}), kWatchPauseMin);
  const Millis long_after = after(20, {.was_there = false});
  EXPECT_GE(long_after, kWatchPauseMax / 2);
  EXPECT_LE(long_after, kWatchPauseMax);
  pace_.forget();
  EXPECT_LE(after(1, {.was_there = false}), kWatchPauseMin);
}

TEST_F(WatchPaceTest, CannotBeTalkedDown) {
  EXPECT_GE(after(1, {.asked = Millis(1)}), kWatchPauseMin / 2);
  EXPECT_GE(after(20, {.asked = Millis(1)}), kWatchPauseMax / 2) << "streams that end at once, without a word";
  EXPECT_GE(after(1, {.has_told = true}), kWatchPauseMin / 2);
}

TEST_F(WatchPaceTest, TakesUpWhereSomethingWasHeardOrAStreamStood) {
  after(20, {});
  EXPECT_LE(after(1, {.has_told = true}), kWatchPauseMin);
  after(20, {});
  EXPECT_LE(after(1, {.stood = kWatchSteadyTime}), kWatchPauseMin);
}

TEST_F(WatchPaceTest, WaitsAsLongAsItIsAskedTo) {
  EXPECT_EQ(Millis(7000), after(1, {.has_told = true, .asked = Millis(7000)}));
  EXPECT_EQ(kWatchPauseMax, after(1, {.has_told = true, .asked = Seconds(3600)}));
}

TEST_F(WatchPaceTest, ComesBackSoonToAServerThatEndsItsStreamsOnPurpose) {
  const Millis pause = after(20, {.can_go_on = true, .asked = Millis(100)});
  EXPECT_GE(pause, kWatchPollPauseMax / 2);
  EXPECT_LE(pause, kWatchPollPauseMax);
  EXPECT_GE(after(20, {.was_there = false, .can_go_on = true}), kWatchPauseMax / 2) << "it is not there";
}

}  // namespace
}  // namespace jungle::upstream

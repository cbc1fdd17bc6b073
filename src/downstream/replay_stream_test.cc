#include "downstream/replay_stream.h"

#include <chrono>

#include <gtest/gtest.h>

#include "downstream/limits.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kNow{1h};

TEST(ReplayStreamTest, GivesWhatCameAfterAnEvent) {
  ReplayStream stream("7");
  EXPECT_EQ("7_1", stream.event_id(stream.append("a")));
  stream.append("b");
  stream.append("c");
  const auto part = stream.after(1);
  ASSERT_EQ(2u, part.events.size());
  EXPECT_EQ("b", part.events[0].message);
  EXPECT_EQ(3u, part.events[1].number);
  EXPECT_FALSE(part.ended);
  stream.end(kNow);
  EXPECT_TRUE(stream.after(3).ended);
}

TEST(ReplayStreamTest, KeepsTheNewestEventsWithinItsLimits) {
  ReplayStream stream("1");
  for (std::size_t i = 0; i < kReplayEventsMax + 1; ++i)
    stream.append("x");
  EXPECT_EQ(kReplayEventsMax, stream.after(0).events.size());
  stream.append(std::string(kReplayBytesMax + 1, 'y'));
  ASSERT_EQ(1u, stream.after(0).events.size());
  EXPECT_EQ(kReplayEventsMax + 2, stream.after(0).events[0].number);
}

TEST(ReplayStoreTest, FindsAStreamByEventId) {
  ReplayStore store;
  const auto stream = store.open(kNow);
  const auto found = store.find(stream->event_id(5), kNow);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(stream, found->stream);
  EXPECT_EQ(5u, found->number);
  for (const char* bad : {"", "_", "1", "1_", "1_x", "99_1", "1_1_1", "1_-1"}) {
    EXPECT_FALSE(store.find(bad, kNow).has_value()) << bad;
  }
}

TEST(ReplayStoreTest, ForgetsTheOldestStream) {
  ReplayStore store;
  const auto first = store.open(kNow);
  for (std::size_t i = 0; i < kReplayStreamsMax; ++i)
    EXPECT_NE(nullptr, store.open(kNow));
  EXPECT_FALSE(store.find(first->event_id(0), kNow).has_value());
}

TEST(ReplayStoreTest, ForgetsAStreamThatEndedLongAgo) {
  ReplayStore store;
  const auto first = store.open(kNow);
  first->end(kNow);
  EXPECT_NE(nullptr, store.open(kNow + kReplayTime));
  EXPECT_TRUE(store.find(first->event_id(0), kNow + kReplayTime).has_value());
  EXPECT_FALSE(store.find(first->event_id(0), kNow + kReplayTime + 1s).has_value());
  EXPECT_NE(nullptr, store.open(kNow + kReplayTime + 1s));
  EXPECT_FALSE(store.find(first->event_id(0), kNow).has_value());  // It has made room.
}

}  // namespace
}  // namespace jungle::downstream

#include "store/stored_time.h"

#include <gtest/gtest.h>

namespace jungle::store {
namespace {

SystemTime at(std::int64_t nanoseconds) {
  return SystemTime(std::chrono::duration_cast<SystemTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

TEST(StoredTimeTest, IsWrittenAsMcpJungleDoes) {
  EXPECT_EQ("2026-11-23 00:42:13.314835602+00:00", stored_time(at(1795394533'314835602)));
  EXPECT_EQ("2026-11-23 00:42:13.3+00:00", stored_time(at(1795394533'300000000)));
  EXPECT_EQ("2026-11-23 00:42:10+00:00", stored_time(at(1795394530'000000000)));
  EXPECT_EQ("1970-01-01 00:00:00+00:00", stored_time(at(0)));
}

TEST(StoredTimeTest, IsShownAsRfc3339) {
  EXPECT_EQ("2026-11-23T00:42:13.314835602Z", shown_time("2026-11-23 00:42:13.314835602+00:00"));
  EXPECT_EQ("2026-11-23T00:42:13Z", shown_time("2026-11-23 00:42:13+00:00"));
  EXPECT_EQ("2026-11-23T00:42:13.5+05:30", shown_time("2026-11-23 00:42:13.5+05:30"));
  EXPECT_EQ("2026-11-23T00:42:13-08:00", shown_time("2026-11-23 00:42:13-08:00"));
  EXPECT_EQ("2026-11-23T00:42:13Z", shown_time("2026-11-23 00:42:13")) << "SQLite's CURRENT_TIMESTAMP is UTC";
  EXPECT_EQ("2026-11-23T00:42:13Z", shown_time("2026-11-23 00:42:13Z"));
}

TEST(StoredTimeTest, OtherFormsStayAsTheyAre) {
  for (const char* text : {"", "2026-11-23T00:42:13Z", "yesterday", "2026-11-23 00:42:13 +0100 CET", "1795394533"})
    EXPECT_EQ(text, shown_time(text));
}

TEST(StoredTimeTest, IsReadAsItWasWritten) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1795394533'314835602},
                                  std::int64_t{1795394533'300000000}, std::int64_t{9'000'000'000'000'000'000}})
    EXPECT_EQ(at(time), parse_stored_time(stored_time(at(time))));
}

TEST(StoredTimeTest, IsReadInTheFormsOfOtherPrograms) {
  const SystemTime time = at(1795394533'000000000);
  for (const char* text : {"2026-11-23 00:42:13", "2026-11-23 00:42:13+00:00", "2026-11-23T00:42:13Z",
                           "2026-11-23 06:12:13.000+05:30", "2026-11-22 16:42:13-08:00"})
    EXPECT_EQ(time, parse_stored_time(text)) << text;
  EXPECT_EQ(time + Millis(500), parse_stored_time("2026-11-23 00:42:13.5+00:00"));
  EXPECT_EQ(parse_stored_time("2026-11-23 00:42:13.314835602"), parse_stored_time("2026-11-23 00:42:13.3148356029"));
}

TEST(StoredTimeTest, WhatIsNoTimeIsNotRead) {
  for (const char* text : {"", "0001-01-01 00:00:00+00:00", "yesterday", "2026-13-01 00:00:00", "2026-02-30 00:00:00",
                           "2026-11-23 24:00:00", "2026-11-23 00:42:13 +0100 CET", "2026-11-23 00:42:13+0:00",
                           "2300-01-01 00:00:00", "1795394533", "2026-11-23 00:42"})
    EXPECT_EQ(std::nullopt, parse_stored_time(text)) << text;
}

}  // namespace
}  // namespace jungle::store

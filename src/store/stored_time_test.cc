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

}  // namespace
}  // namespace jungle::store

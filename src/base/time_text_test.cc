#include "base/time_text.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace jungle {
namespace {

SystemTime at(std::int64_t nanoseconds) {
  return SystemTime(std::chrono::duration_cast<SystemTime::duration>(std::chrono::nanoseconds(nanoseconds)));
}

TEST(TimeTextTest, IsRfc3339InUtc) {
  EXPECT_EQ("2026-11-23T00:42:13.314835602Z", rfc3339(at(1795394533'314835602)));
  EXPECT_EQ("2026-11-23T00:42:13.3Z", rfc3339(at(1795394533'300000000)));
  EXPECT_EQ("2026-11-23T00:42:10Z", rfc3339(at(1795394530'000000000)));
  EXPECT_EQ("1970-01-01T00:00:00Z", rfc3339(at(0)));
}

}  // namespace
}  // namespace jungle

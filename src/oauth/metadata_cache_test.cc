#include "oauth/metadata_cache.h"

#include <gtest/gtest.h>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

TEST(LifetimeTest, IsWhatTheServerSaysWithinBounds) {
  EXPECT_EQ(Seconds(0), lifetime_of(""));
  EXPECT_EQ(Seconds(60), lifetime_of("max-age=60"));
  EXPECT_EQ(Seconds(60), lifetime_of("public, Max-Age=60, s-maxage=9"));
  EXPECT_EQ(Seconds(0), lifetime_of("max-age=60, no-store"));
  EXPECT_EQ(Seconds(0), lifetime_of("no-cache,max-age=60"));
  EXPECT_EQ(Seconds(0), lifetime_of("max-age=-1"));
  EXPECT_EQ(Seconds(0), lifetime_of("max-age=1h"));
  EXPECT_EQ(Seconds(0), lifetime_of("max-age="));
  EXPECT_EQ(kMetadataLifetimeMax, lifetime_of("max-age=31536000"));
  EXPECT_EQ(kMetadataLifetimeMax, lifetime_of("max-age=99999999999999999999999"));
}

TEST(MetadataCacheTest, KeepsForTheLifetime) {
  MetadataCache cache;
  const SteadyTime now{};
  cache.keep("u", "body", Seconds(10), now);
  cache.keep("v", "body", Seconds(0), now);
  EXPECT_EQ("body", cache.find("u", now + Millis(9999)));
  EXPECT_EQ(std::nullopt, cache.find("u", now + Seconds(10)));
  EXPECT_EQ(std::nullopt, cache.find("v", now));
  EXPECT_EQ(0u, cache.size());
}

TEST(MetadataCacheTest, HasRoomForSomeAndForgetsTheOneThatEndsFirst) {
  MetadataCache cache;
  const SteadyTime now{};
  for (std::size_t i = 0; i <= kMetadataKeptMax; ++i)
    cache.keep("u" + std::to_string(i), "x", Seconds(100 + static_cast<long>(i)), now);
  EXPECT_EQ(kMetadataKeptMax, cache.size());
  EXPECT_EQ(std::nullopt, cache.find("u0", now));
  EXPECT_EQ("x", cache.find("u1", now));
  cache.keep("fits", std::string(kMetadataKeptBytesMax, 'x'), Seconds(200), now);
  cache.keep("long", std::string(kMetadataKeptBytesMax + 1, 'x'), Seconds(200), now);
  EXPECT_TRUE(cache.find("fits", now));
  EXPECT_FALSE(cache.find("long", now));
}

}  // namespace
}  // namespace jungle::oauth

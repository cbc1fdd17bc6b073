#include "upstream/backoff.h"

#include <set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;

TEST(BackoffTest, DoublesUpToItsMost) {
  SystemRandom random;
  const auto check = [&](std::size_t failures, Millis whole) {
    for (int i = 0; i < 100; ++i) {
      const Millis pause = backoff(random, 1s, 60s, failures);
      EXPECT_GE(pause, whole / 2);
      EXPECT_LE(pause, whole);
    }
  };
  check(0, 1s);
  check(1, 1s);
  check(2, 2s);
  check(6, 32s);
  check(7, 60s);
  check(100'000, 60s);
}

TEST(BackoffTest, DiffersFromOneToTheNext) {
  SystemRandom random;
  std::set<Millis> seen;
  for (int i = 0; i < 50; ++i)
    seen.insert(random_part(random, 1h));
  EXPECT_GT(seen.size(), 25u);
}

}  // namespace
}  // namespace jungle::upstream

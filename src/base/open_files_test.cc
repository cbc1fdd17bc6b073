#include "base/open_files.h"

#include <gtest/gtest.h>

namespace jungle {
namespace {

rlimit limit_now() {
  rlimit limit{};
  EXPECT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &limit));
  return limit;
}

TEST(OpenFilesTest, TakesAllThatItMayHaveAndKnowsWhatItWasGiven) {
  const rlimit before = limit_now();
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &low));
  EXPECT_EQ(256u, given_open_files_limit().rlim_cur);

  raise_open_files_limit();
  EXPECT_EQ(before.rlim_max, limit_now().rlim_cur);
  EXPECT_EQ(256u, given_open_files_limit().rlim_cur);

  raise_open_files_limit();
  EXPECT_EQ(256u, given_open_files_limit().rlim_cur) << "the second time gives nothing that the first has not";
  EXPECT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &before));
}

}  // namespace
}  // namespace jungle

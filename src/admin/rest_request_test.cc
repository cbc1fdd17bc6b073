#include "admin/rest_request.h"

#include <gtest/gtest.h>

namespace jungle::admin {
namespace {

TEST(QueryParamsTest, ReadsDecodedPairs) {
  const QueryParams params("name=up__a%20b+c&force=&flag&name=second&%6Bey=v");
  EXPECT_EQ("up__a b c", params.value("name"));
  EXPECT_EQ("", params.value("force"));
  EXPECT_TRUE(params.has("flag"));
  EXPECT_EQ("v", params.value("key"));
  EXPECT_FALSE(params.has("absent"));
}

TEST(QueryParamsTest, LeavesOutWhatItCannotDecode) {
  const QueryParams params("a=%zz&b=%0&c=%00&&=x&d=1=2");
  EXPECT_FALSE(params.has("a"));
  EXPECT_FALSE(params.has("b"));
  EXPECT_FALSE(params.has("c"));
  EXPECT_EQ("1=2", params.value("d"));
}

}  // namespace
}  // namespace jungle::admin

#include "admin_api/object_writer.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

TEST(ObjectWriterTest, WritesMembersInTheOrderOfTheCalls) {
  ObjectWriter out;
  out.text("b", "x\"").number("a", -1).boolean("c", true).null("d").raw("e", "{}").raw("f", "");
  out.strings("g", {"1", "2"}).secrets("h", {{"K", Secret("v")}});
  EXPECT_EQ(R"({"b":"x\"","a":-1,"c":true,"d":null,"e":{},"f":null,"g":["1","2"],"h":{"K":"v"}})", out.take());
  EXPECT_EQ("{}", ObjectWriter().take());
}

TEST(ObjectWriterTest, WritesTimesAsRfc3339) {
  const SystemTime second{std::chrono::seconds(1795394533)};
  EXPECT_EQ("2026-11-23T00:42:13Z", rfc3339(second));
  EXPECT_EQ("2026-11-23T00:42:13.314835602Z", rfc3339(second + std::chrono::nanoseconds(314835602)));
  EXPECT_EQ("2026-11-23T00:42:13.5Z", rfc3339(second + std::chrono::milliseconds(500)));
  EXPECT_EQ("1969-12-31T23:59:59Z", rfc3339(SystemTime(std::chrono::seconds(-1))));
}

}  // namespace
}  // namespace jungle::admin_api

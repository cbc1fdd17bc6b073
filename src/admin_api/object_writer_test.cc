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

}  // namespace
}  // namespace jungle::admin_api

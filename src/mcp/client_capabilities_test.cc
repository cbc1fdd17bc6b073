#include "mcp/client_capabilities.h"

#include <gtest/gtest.h>

#include "mcp/input_required.h"

namespace jungle::mcp {
namespace {

ClientCapabilities read(std::string_view declared, Revision revision = kNewestModern) {
  return ClientCapabilities::read(declared, revision);
}

TEST(ClientCapabilities, KeepsWhatIsRelayed) {
  EXPECT_EQ("{}", read("{}").json());
  EXPECT_EQ("{}", read("7").json());
  EXPECT_EQ(R"({"roots":{}})", read(R"({"roots":{"listChanged":true}})").json());
  EXPECT_EQ(R"({"sampling":{"context":{},"tools":{}}})", read(R"({"sampling":{"tools":{},"context":{}}})").json());
  EXPECT_EQ("{}", read(R"({"experimental":{"x":{}},"extensions":{"io.modelcontextprotocol/ui":{}}})").json());
}

TEST(ClientCapabilities, TakeElicitationWithoutAModeForForms) {
  EXPECT_EQ(R"({"elicitation":{}})", read(R"({"elicitation":{}})").json());
  EXPECT_EQ(R"({"elicitation":{}})", read(R"({"elicitation":{"form":{}}})").json());
  EXPECT_EQ(R"({"elicitation":{"url":{}}})", read(R"({"elicitation":{"url":{}}})").json());
  EXPECT_EQ(R"({"elicitation":{"form":{},"url":{}}})", read(R"({"elicitation":{"form":{},"url":{}}})").json());
}

TEST(ClientCapabilities, AreThoseOfTheRevision) {
  const std::string_view all = R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})";
  EXPECT_EQ(R"({"roots":{},"sampling":{}})", read(all, Revision::k2025_03_26).json());
  EXPECT_EQ(R"({"roots":{},"sampling":{},"elicitation":{}})", read(all, Revision::k2025_06_18).json());
  EXPECT_EQ(R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})",
            read(all, Revision::k2025_11_25).json());
}

TEST(ClientCapabilities, AllowNoMoreThanWasDeclared) {
  const auto some = read(R"({"sampling":{},"elicitation":{"form":{}}})");
  EXPECT_TRUE(some.allow({"sampling/createMessage", R"({"messages":[]})"}));
  EXPECT_FALSE(some.allow({"sampling/createMessage", R"({"messages":[],"tools":[]})"}));
  EXPECT_TRUE(some.allow({"elicitation/create", R"({"message":"?"})"}));
  EXPECT_FALSE(some.allow({"elicitation/create", R"({"mode":"url","url":"https://a.example"})"}));
  EXPECT_FALSE(some.allow({"roots/list", {}}));
  EXPECT_FALSE(some.allow({"tools/call", {}}));
  EXPECT_TRUE(read(R"({"roots":{}})").allow({"roots/list", {}}));
}

}  // namespace
}  // namespace jungle::mcp

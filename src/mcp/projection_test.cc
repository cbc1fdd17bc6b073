#include "mcp/projection.h"

#include <gtest/gtest.h>

namespace jungle::mcp {
namespace {

std::string legacy(std::string result) {
  return std::string(to_legacy(Response::result(std::move(result), ResultForm::kModern)).payload());
}
std::string error_text(std::string error, Revision revision) {
  return std::string(error_for(Response::error(std::move(error)), revision).payload());
}

TEST(ProjectionTest, AddsTheModernMembers) {
  EXPECT_EQ(R"("resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"g"}},)",
            modern_members(Method::kToolsCall, R"({"content":[]})", R"({"name":"g"})"));
  EXPECT_EQ(R"("resultType":"complete","ttlMs":0,"cacheScope":"private",)",
            modern_members(Method::kToolsList, R"({"tools":[],"_meta":{}})", R"({"name":"g"})"));
  EXPECT_EQ(R"("resultType":"complete")", modern_members(Method::kToolsCall, "{ }", {}));
}

TEST(ProjectionTest, TakesTheModernMembersAway) {
  EXPECT_EQ(R"({"content":[],"x":1})",
            legacy(R"({"resultType":"complete","content":[],"ttlMs":5,"x":1,"cacheScope":"public"})"));
  EXPECT_EQ(R"({"_meta":{"v/a":1}})",
            legacy(R"({"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"u"},"v/a":1},"resultType":"complete"})"));
}

TEST(ProjectionTest, PutsOurNameInPlaceOfTheUpstreams) {
  const auto got = with_own_server_info(
      Response::result(R"({"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"u"}}})",
                       ResultForm::kModern),
      R"({"name":"g"})");
  EXPECT_EQ(R"({"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"g"}}})", got.payload());
}

TEST(ProjectionTest, SpeaksOfMissingResourcesInTheClientsWords) {
  EXPECT_EQ(R"({"code":-32602,"message":"no","data":{"uri":"a"}})",
            error_text(R"({"code":-32002,"message":"no","data":{"uri":"a"}})", Revision::k2026_07_28));
  EXPECT_EQ(R"({"code":-32002,"message":"no","data":{"uri":"a"}})",
            error_text(R"({"code":-32602,"message":"no","data":{"uri":"a"}})", Revision::k2025_06_18));
  EXPECT_EQ(R"({"code":-32602,"message":"no"})",
            error_text(R"({"code":-32602,"message":"no"})", Revision::k2025_06_18));
}

TEST(ProjectionTest, NeverShowsModernCodesToALegacyClient) {
  EXPECT_EQ(R"({"code":-32603,"message":"m"})", error_text(R"({"code":-32021,"message":"m"})", Revision::k2025_11_25));
  EXPECT_EQ(R"({"code":-32050,"message":"m"})", error_text(R"({"code":-32050,"message":"m"})", Revision::k2025_11_25));
  EXPECT_EQ(-32603, code_of(R"({"code":"x"})"));
}

}  // namespace
}  // namespace jungle::mcp

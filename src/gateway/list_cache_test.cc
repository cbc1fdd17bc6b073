#include "gateway/list_cache.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/projection.h"

namespace jungle::gateway {
namespace {

class ListCacheTest : public ::testing::Test {
 protected:
  // A catalog of one server with so many tools.
  static catalog::Snapshot snapshot(std::uint64_t generation, std::size_t tools) {
    catalog::Discovery discovery;
    for (std::size_t i = 0; i < tools; ++i) {
      discovery.tools.push_back(R"({"name":"t)" + std::to_string(100'000 + i) +
                                R"(","inputSchema":{"type":"object"}})");
    }
    std::vector<std::shared_ptr<const catalog::ServerEntry>> servers{
        catalog::testing::sample_entry("s", std::move(discovery))};
    return catalog::Snapshot(generation, std::move(servers));
  }

  std::string page(const catalog::Snapshot& snapshot, const std::string& params = "{}") {
    mcp::Request request;
    request.method = mcp::Method::kToolsList;
    request.params = mcp::read_params(params).value();
    return std::string(cache_.page(request, mcp::CallContext(), snapshot, snapshot.all()).payload());
  }

  ListCache cache_;
};

TEST_F(ListCacheTest, AnswersAnEmptyListWithAnEmptyArray) { EXPECT_EQ(R"({"tools":[]})", page(snapshot(1, 0))); }

TEST_F(ListCacheTest, FollowsTheCursorsThroughAllPages) {
  const auto all = snapshot(1, 2 * catalog::kListPageEntries + 1);
  std::string params = "{}";
  std::size_t tools = 0;
  int pages = 0;
  for (;; ++pages) {
    const std::string text = page(all, params);
    for (std::size_t at = text.find("\"name\""); at != std::string::npos; at = text.find("\"name\"", at + 1))
      ++tools;
    const auto cursor = mcp::read_params(text).value().find_string("nextCursor");
    if (!cursor) break;
    params = R"({"cursor":")" + *cursor + R"("})";
  }
  EXPECT_EQ(2, pages);
  EXPECT_EQ(2 * catalog::kListPageEntries + 1, tools);
}

TEST_F(ListCacheTest, RefusesCursorsOfAnotherCatalogAndOfNobody) {
  const auto now = snapshot(2, 1);
  for (const std::string& cursor : {make_cursor(1, 0), make_cursor(2, 1), std::string(), std::string("x"),
                                    std::string("MTox!"), std::string("OjE")}) {
    EXPECT_EQ(mcp::kInvalidParams, mcp::code_of(page(now, R"({"cursor":")" + cursor + R"("})"))) << cursor;
  }
  EXPECT_EQ(mcp::kInvalidParams, mcp::code_of(page(now, R"({"cursor":7})")));
}

TEST_F(ListCacheTest, ForgetsPagesOfAFormerCatalog) {
  EXPECT_EQ(R"({"tools":[{"name":"s__t100000","inputSchema":{"type":"object"}}]})", page(snapshot(1, 1)));
  EXPECT_EQ(R"({"tools":[]})", page(snapshot(2, 0)));
}

}  // namespace
}  // namespace jungle::gateway

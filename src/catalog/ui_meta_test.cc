#include "catalog/ui_meta.h"

#include <string>

#include <gtest/gtest.h>

namespace jungle::catalog {
namespace {

std::vector<std::string> uris_in(const std::string& meta) {
  std::vector<std::string> out;
  for (const mcp::Range& uri : ui_resource_uris(meta, mcp::Range{0, meta.size()}))
    out.emplace_back(uri.of(meta));
  return out;
}
using Uris = std::vector<std::string>;

TEST(UiMetaTest, FindsEverySpelling) {
  EXPECT_EQ(Uris{"\"ui://a\""}, uris_in(R"({"ui":{"visibility":["app"],"resourceUri":"ui://a"}})"));
  EXPECT_EQ((Uris{"\"ui://b\"", "\"ui://c\""}),
            uris_in(R"({"ui/resourceUri":"ui://b","openai/outputTemplate":"ui://c"})"));
}

TEST(UiMetaTest, FindsNothingElse) {
  EXPECT_EQ(
      Uris{},
      uris_in(R"({"resourceUri":"ui://a","ui":{"csp":{"resourceUri":"ui://b"}},"vendor/ui":{"resourceUri":"c"}})"));
}

TEST(UiMetaTest, PassesOverWhatHasAnotherType) {
  EXPECT_EQ(Uris{}, uris_in(R"({"ui":"ui://a","ui/resourceUri":7,"openai/outputTemplate":null})"));
  EXPECT_EQ(Uris{}, uris_in(R"({"ui":{"resourceUri":["ui://a"]}})"));
  EXPECT_EQ(Uris{}, uris_in("[]"));
}

}  // namespace
}  // namespace jungle::catalog

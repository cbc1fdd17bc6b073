#include "admin_api/refreshed_server.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

TEST(RefreshedServer, HasEveryMember) {
  RefreshedServer refreshed;
  refreshed.name = "up";
  refreshed.tools = {{"up__a"}, {"up__b"}, {}};
  refreshed.warnings = {"set aside"};
  const std::string none = R"({"added":[],"removed":[],"changed":[]})";
  EXPECT_EQ(R"({"name":"up","tools":{"added":["up__a"],"removed":["up__b"],"changed":[]},"prompts":)" + none +
                R"(,"resources":)" + none + R"(,"resource_templates":)" + none + R"(,"warnings":["set aside"]})",
            render(refreshed));
  const auto read = parse_refreshed_server(render(refreshed));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(refreshed, *read);
}

TEST(RefreshedServer, WrongTypesAreErrors) {
  EXPECT_FALSE(parse_refreshed_server("").has_value());
  EXPECT_FALSE(parse_refreshed_server(R"({"name":1})").has_value());
  EXPECT_FALSE(parse_refreshed_server(R"({"name":"up","tools":{"added":"a"}})").has_value());
  EXPECT_TRUE(parse_refreshed_server(R"({"name":"up"})").has_value());
}

}  // namespace
}  // namespace jungle::admin_api

#include "downstream/listen_filter.h"

#include <gtest/gtest.h>

#include "downstream/limits.h"

namespace jungle::downstream {
namespace {

// The filter as it is acknowledged, or "! " and what is wrong.
std::string read(const std::string& raw) {
  const auto filter = read_listen_filter(raw);
  return filter ? text_of(*filter) : "! " + filter.error().message;
}

TEST(ListenFilterTest, ReadsWhatIsWanted) {
  const std::string all = R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,)"
                          R"("resourceSubscriptions":["a","b \"c\""]})";
  EXPECT_EQ(all, read(all));
  EXPECT_EQ("{}", read("{}"));
  EXPECT_EQ(R"({"promptsListChanged":true})", read(R"({"toolsListChanged":false,"promptsListChanged":true})"));
  EXPECT_EQ("{}", read(R"({"future":["t"],"taskIds":[],"resourceSubscriptions":[]})"));
  EXPECT_EQ(R"({"resourceSubscriptions":["a"],"taskIds":["t"]})",
            read(R"({"taskIds":["t","t"],"resourceSubscriptions":["a"]})"));
  EXPECT_EQ(R"({"resourceSubscriptions":["a"]})", read(R"({"resourceSubscriptions":["a","a","\u0061"]})"));
}

TEST(ListenFilterTest, RefusesMembersOfAnotherType) {
  EXPECT_EQ("! subscriptions/listen needs params.notifications, an object", read("null"));
  EXPECT_EQ("! subscriptions/listen needs params.notifications, an object", read("[]"));
  EXPECT_EQ("! notifications.toolsListChanged must be true or false", read(R"({"toolsListChanged":1})"));
  for (const char* raw : {R"({"resourceSubscriptions":"a"})", R"({"resourceSubscriptions":[1]})"})
    EXPECT_EQ("! notifications.resourceSubscriptions must be an array of URIs", read(raw));
  EXPECT_EQ("! notifications.taskIds must be an array of ids", read(R"({"taskIds":[null]})"));
}

TEST(ListenFilterTest, HasALimit) {
  const auto uris = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
      list += (list.empty() ? "\"" : ",\"") + std::to_string(i) + "\"";
    return R"({"resourceSubscriptions":[)" + list + "]}";
  };
  EXPECT_TRUE(read_listen_filter(uris(kWatchedResourcesMax)).has_value());
  EXPECT_EQ("! notifications.resourceSubscriptions may name 256 resources", read(uris(kWatchedResourcesMax + 1)));
}

TEST(ListenFilterTest, LeavesOutWhatTheEndpointCannotServe) {
  const auto wanted =
      read_listen_filter(R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,)"
                         R"("resourceSubscriptions":["a"]})")
          .value();
  EXPECT_EQ(
      R"({"toolsListChanged":true,"resourcesListChanged":true})",
      text_of(honoured(wanted, R"({"tools":{"listChanged":true},"prompts":{},"resources":{"listChanged":true}})")));
  EXPECT_EQ(R"({"resourceSubscriptions":["a"]})",
            text_of(honoured(wanted, R"({"resources":{"subscribe":true,"listChanged":false}})")));
  EXPECT_EQ("{}", text_of(honoured(wanted, "{}")));
}

}  // namespace
}  // namespace jungle::downstream

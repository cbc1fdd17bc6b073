#include "upstream/listen_filter.h"

#include <gtest/gtest.h>

#include "mcp/client_capabilities.h"
#include "upstream/task_topic.h"

namespace jungle::upstream {
namespace {

TEST(ListenFilterTest, AsksForResourcesAndTasksByTheirNames) {
  const ListenFilter lists{OfferedNews{.tools = true, .resources = true}, {}};
  EXPECT_EQ(R"("notifications":{"toolsListChanged":true,"resourcesListChanged":true})", lists.members());
  const std::string all_of_a_client = mcp::ClientCapabilities::all().json();
  EXPECT_EQ(all_of_a_client, lists.capabilities());
  const ListenFilter all{{}, {"b:1", task_topic("t\"1"), "a:1", task_topic("t2")}};
  EXPECT_EQ(R"("notifications":{"resourceSubscriptions":["a:1","b:1"],"taskIds":["t\"1","t2"]})", all.members());
  EXPECT_EQ(
      all_of_a_client.substr(0, all_of_a_client.size() - 1) + R"(,"extensions":{"io.modelcontextprotocol/tasks":{}}})",
      all.capabilities());
}

TEST(ListenFilterTest, ReadsWhatAServerHonours) {
  const auto read = [](const std::string& params) {
    return read_acknowledgement({"notifications/subscriptions/acknowledged", params});
  };
  const auto all = read(R"({"notifications":{"toolsListChanged":true,"promptsListChanged":1,)"
                        R"("resourceSubscriptions":["a:1",7],"taskIds":["t1",null]}})");
  ASSERT_TRUE(all);
  EXPECT_EQ((ListenFilter{OfferedNews{.tools = true}, {"a:1", task_topic("t1")}}), *all);
  EXPECT_EQ(ListenFilter(), read(R"({"notifications":7})"));
  EXPECT_EQ(std::nullopt, read_acknowledgement({"notifications/tasks", "{}"}));
}

TEST(ListenFilterTest, HasTheListsOfAnotherOne) {
  const ListenFilter tools{OfferedNews{.tools = true}, {}};
  const ListenFilter both{OfferedNews{.tools = true, .resources = true}, {}};
  EXPECT_TRUE(both.has_lists_of(tools));
  EXPECT_TRUE(tools.has_lists_of(ListenFilter()));
  EXPECT_FALSE(tools.has_lists_of(both));
}

TEST(ListenFilterTest, KnowsTasksFromResources) {
  EXPECT_EQ("a", task_of_topic(task_topic("a")));
  EXPECT_EQ("", task_of_topic(task_topic("")));
  EXPECT_EQ(std::nullopt, task_of_topic("task:a"));
}

}  // namespace
}  // namespace jungle::upstream

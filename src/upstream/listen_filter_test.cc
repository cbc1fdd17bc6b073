#include "upstream/listen_filter.h"

#include <gtest/gtest.h>

#include "upstream/task_topic.h"

namespace jungle::upstream {
namespace {

TEST(ListenFilterTest, AsksForResourcesAndTasksByTheirNames) {
  const ListenFilter lists{OfferedNews{.tools = true, .resources = true}, {}};
  EXPECT_EQ(R"("notifications":{"toolsListChanged":true,"resourcesListChanged":true})", lists.members());
  EXPECT_EQ("{}", lists.capabilities());
  const ListenFilter all{{}, {"b:1", task_topic("t\"1"), "a:1", task_topic("t2")}};
  EXPECT_EQ(R"("notifications":{"resourceSubscriptions":["a:1","b:1"],"taskIds":["t\"1","t2"]})", all.members());
  EXPECT_EQ(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", all.capabilities());
}

TEST(ListenFilterTest, ReadsWhatAServerHonours) {
  std::set<std::string> honoured{"of before"};
  const std::string method = "notifications/subscriptions/acknowledged";
  EXPECT_TRUE(read_acknowledgement(
      {method, R"({"notifications":{"resourceSubscriptions":["a:1",7],"taskIds":["t1",null]}})"}, honoured));
  EXPECT_EQ((std::set<std::string>{"a:1", task_topic("t1")}), honoured);
  EXPECT_TRUE(read_acknowledgement({method, R"({"notifications":7})"}, honoured));
  EXPECT_TRUE(honoured.empty());
  EXPECT_FALSE(read_acknowledgement({"notifications/tasks", "{}"}, honoured));
}

TEST(ListenFilterTest, KnowsTasksFromResources) {
  EXPECT_EQ("a", task_of_topic(task_topic("a")));
  EXPECT_EQ("", task_of_topic(task_topic("")));
  EXPECT_EQ(std::nullopt, task_of_topic("task:a"));
}

}  // namespace
}  // namespace jungle::upstream

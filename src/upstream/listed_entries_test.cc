#include "upstream/listed_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jungle::upstream {
namespace {

using ::testing::ElementsAre;

TEST(ListedEntriesTest, KnowsToolsAndPromptsByNameAndResourcesByUri) {
  catalog::Discovery all;
  all.tools = {R"({"name":"a"})", R"({"name":"b","title":"B"})", R"({"title":"none"})"};
  all.prompts = {R"({"name":"a"})"};
  all.resources = {R"({"name":"x","uri":"f:1"})", R"({"name":"x","uri":"f:2"})"};
  all.resource_templates = {R"({"name":"t","uriTemplate":"f:{n}"})"};
  catalog::Discovery some;
  some.tools = {R"({"title":"other words","name":"a"})", R"({"title":"none, too"})"};
  some.resources = {R"({"uri":"f:1","name":"y"})"};
  const catalog::Discovery besides = entries_besides(all, some);
  EXPECT_THAT(besides.tools, ElementsAre(R"({"name":"b","title":"B"})"));
  EXPECT_THAT(besides.prompts, ElementsAre(R"({"name":"a"})"));
  EXPECT_THAT(besides.resources, ElementsAre(R"({"name":"x","uri":"f:2"})"));
  EXPECT_THAT(besides.resource_templates, ElementsAre(R"({"name":"t","uriTemplate":"f:{n}"})"));
}

TEST(ListedEntriesTest, AddsWhatIsNotThere) {
  catalog::Discovery to;
  to.revision = "2025-11-25";
  to.tools = {R"({"name":"a","title":"mine"})"};
  catalog::Discovery from;
  from.tools = {R"({"name":"b"})", R"({"name":"a","title":"theirs"})"};
  from.revision = "2026-07-28";
  add_entries(to, from);
  EXPECT_THAT(to.tools, ElementsAre(R"({"name":"a","title":"mine"})", R"({"name":"b"})"));
  EXPECT_EQ("2025-11-25", to.revision);
}

}  // namespace
}  // namespace jungle::upstream

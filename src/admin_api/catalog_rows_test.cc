#include "admin_api/catalog_rows.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

RowHead head() { return {1, "2026-11-23T00:42:13Z", "2026-11-23T00:42:14Z"}; }

constexpr std::string_view kHead =
    R"({"ID":1,"CreatedAt":"2026-11-23T00:42:13Z","UpdatedAt":"2026-11-23T00:42:14Z","DeletedAt":null,)";

TEST(CatalogRowsTest, WritesToolsAsTheContractShowsThem) {
  ToolRow tool{head(), "up__echo", true, "d", R"({"type":"object"})", R"({"title":"AT","readOnlyHint":true})"};
  EXPECT_EQ(std::string(kHead) +
                R"("name":"up__echo","enabled":true,"description":"d","input_schema":{"type":"object"},)"
                R"("annotations":{"title":"AT","readOnlyHint":true}})",
            render(tool));
  tool.annotations_json.clear();
  EXPECT_NE(std::string::npos, render(tool).find(R"("annotations":{}})"));
}

TEST(CatalogRowsTest, WritesPromptsAsTheContractShowsThem) {
  PromptRow prompt{head(), "up__p1", false, "d1", R"([{"name":"a","required":true}])"};
  EXPECT_EQ(std::string(kHead) +
                R"("name":"up__p1","enabled":false,"description":"d1","arguments":[{"name":"a","required":true}]})",
            render(prompt));
  prompt.arguments_json.clear();
  EXPECT_NE(std::string::npos, render(prompt).find(R"("arguments":null})"));
}

TEST(CatalogRowsTest, WritesResourcesAsTheContractShowsThem) {
  ResourceRow resource{head(), "mcpj://res/up/eA", "up__r1", true, "res", "text/plain", R"({"priority":0.5})", ""};
  EXPECT_EQ(std::string(kHead) + R"("uri":"mcpj://res/up/eA","name":"up__r1","enabled":true,"description":"res",)"
                                 R"("mime_type":"text/plain","annotations":{"priority":0.5},"meta":null})",
            render(resource));
}

TEST(CatalogRowsTest, ReadsWhatItWritesExceptTheHead) {
  const ToolRow tool{{}, "a__t", false, "d", R"({"type":"object","x":1.0})", "{}"};
  EXPECT_EQ(tool, *parse_tool_row(render(tool)));
  EXPECT_EQ((std::vector<ToolRow>{tool}), *parse_tool_rows(render(std::vector<ToolRow>{tool})));
  const PromptRow prompt{{}, "a__p", true, "", "[]"};
  EXPECT_EQ((std::vector<PromptRow>{prompt}), *parse_prompt_rows(render(std::vector<PromptRow>{prompt})));
  const ResourceRow resource{{}, "mcpj://res/a/eA", "a__r", true, "", "", "", R"({"m":1})"};
  EXPECT_EQ(resource, *parse_resource_row(render(resource)));
  EXPECT_EQ((std::vector<ResourceRow>{resource}), *parse_resource_rows(render(std::vector<ResourceRow>{resource})));
}

}  // namespace
}  // namespace jungle::admin_api

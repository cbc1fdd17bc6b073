#include "catalog/admission.h"

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"

namespace jungle::catalog {
namespace {

using testing::discovery_of_tools;
using testing::http_spec;
using testing::resource_json;
using testing::small_discovery;
using testing::stdio_spec;
using testing::tool_json;

using Sentences = std::vector<std::string>;

std::vector<std::string> tool_names(const ServerEntry& server) {
  std::vector<std::string> names;
  for (const ToolEntry& tool : server.tools)
    names.push_back(tool.own_name);
  return names;
}

TEST(AdmissionTest, NamesEverything) {
  const ServerEntry server = admit(http_spec("up"), small_discovery());
  EXPECT_EQ(Sentences(), server.warnings);
  ASSERT_EQ(2u, server.tools.size());
  EXPECT_EQ("echo", server.tools[0].own_name);
  EXPECT_EQ("up__echo", server.tools[0].exposed_name);
  EXPECT_TRUE(server.tools[0].enabled);
  EXPECT_EQ("up__greet", server.prompts.at(0).exposed_name);
  EXPECT_EQ("up__readme", server.resources.at(0).exposed_name);
  EXPECT_EQ("mcpj://res/up/ZmlsZTovLy9yZWFkbWUubWQ", server.resources[0].exposed_uri);
  EXPECT_EQ("mcpj://tpl/up/file:///{path}", server.resource_templates.at(0).exposed_template);
  EXPECT_EQ("2025-11-25", server.revision);
  EXPECT_EQ("Be kind.", server.instructions);
}

TEST(AdmissionTest, SetsAsideWhatCannotBeUsedAndKeepsTheRest) {
  Discovery discovery = discovery_of_tools({"good", "", "good", "bad\nname"});
  discovery.tools.push_back(R"({"name":"odd","inputSchema":{"type":"string"}})");
  discovery.tools.push_back(tool_json("last"));
  discovery.resources = {resource_json("a", "file:///a"), resource_json("b", "file:///a")};
  discovery.warnings = {"prompts/list failed: no"};
  const ServerEntry server = admit(http_spec("up"), discovery);
  EXPECT_EQ((std::vector<std::string>{"good", "last"}), tool_names(server));
  EXPECT_EQ(1u, server.resources.size());
  EXPECT_EQ((Sentences{
                "prompts/list failed: no",
                "a tool without a usable name was set aside: its name is empty",
                "tool 'good' was set aside: there is another one of that name",
                "tool 'bad?name' was set aside: its name has control characters",
                "tool 'odd' was set aside: the type of its inputSchema is not \"object\"",
                "resource 'b' was set aside: there is another one of that URI",
            }),
            server.warnings);
}

TEST(AdmissionTest, MentionsRepairs) {
  Discovery discovery;
  discovery.tools = {R"({"name":"a"})"};
  const ServerEntry server = admit(http_spec("up"), discovery);
  EXPECT_EQ(1u, server.tools.size());
  EXPECT_EQ((Sentences{"tool 'a' was repaired: it had no inputSchema; an empty one was put in"}), server.warnings);
}

TEST(AdmissionTest, ReadsAnnotationsForHttpTransportsOnly) {
  Discovery discovery;
  discovery.tools = {
      R"({"name":"a","inputSchema":{"type":"object","properties":{"r":{"type":"string","x-mcp-header":"R"}}}})",
      R"({"name":"b","inputSchema":{"type":"object","properties":{"r":{"type":"number","x-mcp-header":"R"}}}})"};
  const ServerEntry http = admit(http_spec("up"), discovery);
  ASSERT_EQ(1u, http.tools.size());
  EXPECT_EQ((mcp::ParamHeaders{{"R", {"r"}}}), http.tools[0].param_headers);
  EXPECT_EQ((Sentences{"tool 'b' was set aside: x-mcp-header 'R' is on a property that is not a string, integer or "
                       "boolean"}),
            http.warnings);
  const ServerEntry stdio = admit(stdio_spec("up"), discovery);
  EXPECT_EQ(2u, stdio.tools.size());
  EXPECT_TRUE(stdio.tools[0].param_headers.empty());
}

TEST(AdmissionTest, KeepsAsManyWarningsAsTheLimitAndCountsTheRest) {
  Discovery discovery;
  discovery.tools.assign(kWarningsMax + 7, "{}");
  const ServerEntry server = admit(http_spec("up"), discovery);
  ASSERT_EQ(kWarningsMax + 1, server.warnings.size());
  EXPECT_EQ("and 7 more", server.warnings.back());
}

TEST(AdmissionTest, KeepsAsManyBytesAsTheLimit) {
  Discovery discovery;
  const std::string padding(1'000'000, 'x');
  for (int i = 0; i < 35; ++i)
    discovery.tools.push_back(tool_json("t" + std::to_string(i), padding));
  const ServerEntry server = admit(http_spec("up"), discovery);
  EXPECT_EQ(33u, server.tools.size());
  ASSERT_EQ(2u, server.warnings.size());
  EXPECT_NE(std::string::npos, server.warnings[0].find("bytes together"));
}

TEST(AdmissionTest, CompletesWhatADatabaseGives) {
  ServerEntry row;
  row.spec = http_spec("up");
  row.capabilities = "nonsense";
  row.tools.resize(2);
  row.tools[0].id = 7;
  row.tools[0].definition = tool_json("echo");
  row.tools[0].enabled = false;
  row.tools[1].definition = "nonsense";
  const auto dropped = complete(row);
  ASSERT_EQ(1u, dropped.size());
  EXPECT_EQ(0u, dropped[0].find("a tool without a usable name was set aside: it is invalid JSON")) << dropped[0];
  ASSERT_EQ(1u, row.tools.size());
  EXPECT_EQ("up__echo", row.tools[0].exposed_name);
  EXPECT_EQ(7, row.tools[0].id);
  EXPECT_FALSE(row.tools[0].enabled);
  EXPECT_EQ("{}", row.capabilities);
}

TEST(AdmissionTest, SharedEntriesPointToTheirServer) {
  const auto server = testing::sample_entry("up");
  EXPECT_EQ(server.get(), server->tools[0].server);
  EXPECT_EQ(server.get(), server->prompts[0].server);
  EXPECT_EQ(server.get(), server->resources[0].server);
  EXPECT_EQ(server.get(), server->resource_templates[0].server);
}

}  // namespace
}  // namespace jungle::catalog

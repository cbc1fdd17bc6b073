#include "catalog/snapshot.h"

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"
#include "mcp/json_reader.h"

namespace jungle::catalog {
namespace {

using testing::discovery_of_tools;
using testing::resource_json;
using testing::sample_entry;
using testing::template_json;
using testing::tool_json;

std::string only_page(const View::Pages& pages) { return pages.size() == 1 ? *pages[0] : "not one page"; }

std::shared_ptr<const ServerEntry> entry_of(std::string name, std::vector<std::string> tools) {
  Discovery discovery;
  discovery.tools = std::move(tools);
  return sample_entry(std::move(name), discovery);
}

std::vector<std::string> names_on(const std::string& page) {
  std::vector<std::string> names;
  const auto elements = mcp::read_elements(page, mcp::Range{0, page.size()});
  for (const mcp::Range& element : elements.value()) {
    const auto members = mcp::read_members(page, element);
    names.push_back(mcp::json_string_value(members.value().find(page, "name")->value.of(page)));
  }
  return names;
}

TEST(SnapshotTest, IsEmptyAtFirst) {
  const Snapshot snapshot;
  EXPECT_EQ(0u, snapshot.generation());
  EXPECT_TRUE(snapshot.servers().empty());
  EXPECT_EQ("[]", only_page(snapshot.all().tools()));
  EXPECT_EQ("[]", only_page(snapshot.all().resource_templates()));
  EXPECT_EQ(nullptr, snapshot.all().find_tool("a__b"));
  EXPECT_EQ(nullptr, snapshot.view_of("a"));
  EXPECT_EQ(nullptr, snapshot.find_server("a"));
}

TEST(SnapshotTest, ChangesNothingButTheName) {
  const std::string own =
      R"({ "x":[1.0, "name"], "name" : "e\u0063ho \"1\"" ,"inputSchema":{"type":"object"}, "y":"é" })";
  const Snapshot snapshot(1, {entry_of("up", {own})});
  EXPECT_EQ(R"([{ "x":[1.0, "name"], "name" : "up__e\u0063ho \"1\"" ,"inputSchema":{"type":"object"}, "y":"é" }])",
            only_page(snapshot.all().tools()));
  EXPECT_EQ("[" + own + "]", only_page(snapshot.view_of("up")->tools()));
  EXPECT_NE(nullptr, snapshot.all().find_tool("up__echo \"1\""));
}

TEST(SnapshotTest, KeepsToItselfHowAToolIsRun) {
  const std::string own = R"({"name":"a","execution":{"taskSupport":"required"},"inputSchema":{"type":"object"}})";
  const Snapshot snapshot(1, {entry_of("up", {own})});
  EXPECT_EQ(R"([{"name":"up__a","inputSchema":{"type":"object"}}])", only_page(snapshot.all().tools()));
  EXPECT_EQ(R"([{"name":"a","inputSchema":{"type":"object"}}])", only_page(snapshot.view_of("up")->tools()));
  EXPECT_EQ(own, snapshot.all().find_tool("up__a")->definition);
  EXPECT_TRUE(snapshot.all().find_tool("up__a")->needs_task);
}

TEST(SnapshotTest, ReplacesUrisOfResourcesAndTemplates) {
  Discovery discovery;
  discovery.resources = {R"({"uri":"file:\/\/\/a","name":"a"})"};
  discovery.resource_templates = {R"({"name":"t","uriTemplate":"file:\/\/\/{p}"})"};
  const Snapshot snapshot(1, {sample_entry("up", discovery)});
  EXPECT_EQ(R"([{"uri":"mcpj://res/up/ZmlsZTovLy9h","name":"up__a"}])", only_page(snapshot.all().resources()));
  EXPECT_EQ(R"([{"name":"up__t","uriTemplate":"mcpj://tpl/up/file:///{p}"}])",
            only_page(snapshot.all().resource_templates()));
  EXPECT_EQ("a", snapshot.all().find_resource("mcpj://res/up/ZmlsZTovLy9h")->own_name);
  EXPECT_EQ("t", snapshot.all().find_resource_template("mcpj://tpl/up/file:///{p}")->own_name);
  EXPECT_EQ("a", snapshot.view_of("up")->find_resource("file:///a")->own_name);
  EXPECT_EQ("t", snapshot.view_of("up")->find_resource_template("file:///{p}")->own_name);
  EXPECT_EQ(nullptr, snapshot.all().find_resource("file:///a"));
}

TEST(SnapshotTest, SortsByNameAcrossServers) {
  const Snapshot snapshot(1, {entry_of("b", {tool_json("y"), tool_json("x")}), entry_of("a", {tool_json("z")})});
  EXPECT_EQ((std::vector<std::string>{"a__z", "b__x", "b__y"}), names_on(only_page(snapshot.all().tools())));
  EXPECT_EQ((std::vector<std::string>{"x", "y"}), names_on(only_page(snapshot.view_of("b")->tools())));
}

TEST(SnapshotTest, SortsResourcesByDisplayNameThenUri) {
  Discovery discovery;
  discovery.resources = {resource_json("n", "u:2"), resource_json("n", "u:1"), resource_json("a", "u:9")};
  const Snapshot snapshot(1, {sample_entry("up", discovery)});
  const std::string page = only_page(snapshot.view_of("up")->resources());
  EXPECT_LT(page.find("u:9"), page.find("u:1"));
  EXPECT_LT(page.find("u:1"), page.find("u:2"));
}

TEST(SnapshotTest, ShowsEnabledEntriesOnlyWhateverTheServersFlag) {
  ServerEntry server = *entry_of("up", {tool_json("on"), tool_json("off")});
  server.enabled = false;
  server.tools[1].enabled = false;
  const Snapshot snapshot(1, {share(std::move(server))});
  EXPECT_EQ((std::vector<std::string>{"up__on"}), names_on(only_page(snapshot.all().tools())));
  EXPECT_EQ(nullptr, snapshot.all().find_tool("up__off"));
  EXPECT_EQ(nullptr, snapshot.view_of("up")->find_tool("off"));
  EXPECT_NE(nullptr, snapshot.find_server("up"));
}

TEST(SnapshotTest, LooksUpExactly) {
  const Snapshot snapshot(1, {entry_of("a", {tool_json("b__c"), tool_json("_x")})});
  EXPECT_EQ("b__c", snapshot.all().find_tool("a__b__c")->own_name);
  EXPECT_EQ("_x", snapshot.all().find_tool("a___x")->own_name);
  EXPECT_EQ(nullptr, snapshot.all().find_tool("a__B__c"));
  EXPECT_EQ(nullptr, snapshot.all().find_tool("b__c"));
}

TEST(SnapshotTest, SuggestsTheNearestName) {
  const Snapshot snapshot(1, {entry_of("github", {tool_json("create_issue"), tool_json("list_issues")})});
  EXPECT_EQ("; did you mean 'github__create_issue'?", snapshot.all().suggest_tool("github__create_isue"));
  EXPECT_EQ("", snapshot.all().suggest_tool("weather"));
  EXPECT_EQ("; did you mean 'list_issues'?", snapshot.view_of("github")->suggest_tool("list_issue"));
}

TEST(SnapshotTest, SplitsPagesAtTheLimit) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kListPageEntries; ++i)
    names.push_back("t" + std::to_string(10'000 + i));
  const Snapshot full(1, {sample_entry("up", discovery_of_tools(names))});
  ASSERT_EQ(1u, full.all().tools().size());
  names.push_back("u");
  const Snapshot more(1, {sample_entry("up", discovery_of_tools(names))});
  ASSERT_EQ(2u, more.all().tools().size());
  EXPECT_EQ(kListPageEntries, names_on(*more.all().tools()[0]).size());
  EXPECT_EQ((std::vector<std::string>{"up__u"}), names_on(*more.all().tools()[1]));
}

TEST(SnapshotTest, EndsPagesThatGrowTooLong) {
  const std::string padding(1'000'000, 'x');
  std::vector<std::string> tools;
  for (int i = 10; i < 30; ++i)
    tools.push_back(tool_json("t" + std::to_string(i), padding));
  const Snapshot snapshot(1, {entry_of("up", tools)});
  ASSERT_EQ(3u, snapshot.all().tools().size());
  EXPECT_EQ(9u, names_on(*snapshot.all().tools()[0]).size());
}

TEST(SnapshotTest, KnowsWhoCompletes) {
  Discovery silent;
  const Snapshot snapshot(1, {sample_entry("a", silent), sample_entry("b")});
  EXPECT_TRUE(snapshot.all().has_completions());
  EXPECT_FALSE(snapshot.view_of("a")->has_completions());
  EXPECT_TRUE(snapshot.view_of("b")->has_completions());
}

TEST(SnapshotTest, KnowsWhoMakesTasks) {
  Discovery of_tasks;
  of_tasks.capabilities = R"({"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  const Snapshot snapshot(1, {sample_entry("a"), sample_entry("b", of_tasks)});
  EXPECT_TRUE(snapshot.all().has_tasks());
  EXPECT_FALSE(snapshot.view_of("a")->has_tasks());
  EXPECT_TRUE(snapshot.view_of("b")->has_tasks());
}

TEST(SnapshotTest, KnowsWhichToolsOfLegacyServersMakeTasks) {
  const std::string mark = R"("inputSchema":{"type":"object"},"execution":{"taskSupport":)";
  const auto entry_with = [&](const std::string& capabilities, const std::string& revision = "2025-11-25") {
    Discovery discovery;
    discovery.revision = revision;
    discovery.capabilities = capabilities;
    discovery.tools = {R"({"name":"a",)" + mark + R"("optional"}})", R"({"name":"b",)" + mark + R"("required"}})",
                       R"({"name":"c",)" + mark + R"("forbidden"}})"};
    return sample_entry("up", discovery);
  };
  const std::string making = R"({"tasks":{"requests":{"tools":{"call":{}}}}})";
  const Snapshot with(1, {entry_with(making)});
  EXPECT_TRUE(with.all().has_tasks());
  EXPECT_TRUE(with.all().find_tool("up__a")->can_be_task);
  EXPECT_TRUE(with.all().find_tool("up__b")->can_be_task);
  EXPECT_FALSE(with.all().find_tool("up__c")->can_be_task);
  EXPECT_TRUE(with.all().has_legacy_tasks() && with.view_of("up")->has_legacy_tasks());
  const std::string left = R"("inputSchema":{"type":"object"})";
  EXPECT_EQ(R"([{"name":"up__a",)" + mark + R"("optional"}},{"name":"up__b",)" + mark +
                R"("optional"}},{"name":"up__c",)" + left + "}]",
            only_page(with.all().tools_of_tasks()))
      << "none must be a task";
  EXPECT_EQ(R"([{"name":"up__a",)" + left + R"(},{"name":"up__b",)" + left + R"(},{"name":"up__c",)" + left + "}]",
            only_page(with.all().tools()));
  const Snapshot modern(1, {entry_with(making, "2026-07-28")});
  EXPECT_FALSE(modern.all().has_legacy_tasks());
  EXPECT_EQ(modern.all().tools(), modern.all().tools_of_tasks()) << "one text for both";
  const Snapshot without(1, {entry_with(R"({"tasks":{"requests":{"tools":{}}}})")});
  EXPECT_FALSE(without.all().has_tasks());
  EXPECT_FALSE(without.all().find_tool("up__a")->can_be_task);
  EXPECT_TRUE(without.all().find_tool("up__b")->needs_task);
}

TEST(SnapshotTest, TakesOverTheViewsThatDidNotChange) {
  const auto a = sample_entry("a");
  const auto b = sample_entry("b");
  const Snapshot first(1, {a, b});
  const Snapshot second(2, {a, sample_entry("b")}, &first);
  EXPECT_EQ(first.view_of("a"), second.view_of("a"));
  EXPECT_NE(first.view_of("b"), second.view_of("b"));
  EXPECT_NE(&first.all(), &second.all());
  const Snapshot third(3, {a, b}, &first);
  EXPECT_EQ(&first.all(), &third.all());
}

TEST(SnapshotTest, ItsEndpointsAreAlikeUnlessTheyAreKeptApart) {
  ServerSpec old = testing::http_spec("old");
  old.transport = Transport::kSse;
  Discovery discovery;
  discovery.tools = {tool_json("a")};
  const std::vector<std::shared_ptr<const ServerEntry>> servers{entry_of("up", {tool_json("b")}),
                                                                share(admit(old, std::move(discovery)))};
  const Snapshot alike(1, servers);
  EXPECT_EQ(nullptr, alike.view_of(kMcpView));
  EXPECT_EQ(nullptr, alike.view_of(kSseView));
  const Snapshot separate(2, servers, &alike, Endpoints::kSeparate);
  EXPECT_EQ((std::vector<std::string>{"up__b"}), names_on(only_page(separate.view_of(kMcpView)->tools())));
  EXPECT_EQ((std::vector<std::string>{"old__a"}), names_on(only_page(separate.view_of(kSseView)->tools())));
  EXPECT_EQ((std::vector<std::string>{"old__a", "up__b"}), names_on(only_page(separate.all().tools())));
  EXPECT_EQ(nullptr, separate.find_server(kSseView));
}

TEST(SnapshotTest, AViewOutlivesItsSnapshots) {
  auto first = std::make_unique<Snapshot>(1, View::Servers{sample_entry("a")});
  const Snapshot second(2, first->servers(), first.get());
  first.reset();
  EXPECT_EQ("up", second.view_of("a")->find_tool("echo")->own_name == "echo" ? "up" : "");
  EXPECT_EQ("a", second.all().find_tool("a__echo")->server->spec.name.str());
}

}  // namespace
}  // namespace jungle::catalog

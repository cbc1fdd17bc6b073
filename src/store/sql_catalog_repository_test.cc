#include "store/sql_catalog_repository.h"

#include <iostream>

#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "catalog/testing/catalog_repository_contract.h"
#include "store/testing/sql_harness.h"
#include "store/testing/store_test.h"

namespace jungle::catalog::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, CatalogRepositoryContract,
                               store::testing::SqlHarness<store::SqlCatalogRepository>);
}  // namespace jungle::catalog::testing

namespace jungle::store {
namespace {

using catalog::admit;
using catalog::Discovery;
using catalog::ServerEntry;
using catalog::testing::http_spec;
using catalog::testing::small_discovery;
using catalog::testing::stdio_spec;
using catalog::testing::tool_json;

class SqlCatalogRepositoryTest : public testing::StoreTest {
 protected:
  SqlCatalogRepositoryTest() { open(); }
  SqlCatalogRepository& repository() {
    repository_.emplace(*database_, sealing_ ? *sealing_ : unlock(), time_);
    return *repository_;
  }
  ServerEntry inserted(ServerEntry server) { return wait(repository().insert(std::move(server))).value(); }
  catalog::CatalogRepository::Loaded loaded() {
    open();
    return wait(repository().load()).value();
  }
  std::optional<SqlCatalogRepository> repository_;
};

TEST_F(SqlCatalogRepositoryTest, WritesRowsThatMcpJungleReads) {
  Discovery discovery = small_discovery();
  discovery.tools = {
      R"({"name":"echo","description":"d","inputSchema":{"type":"object","x":1},"annotations":{"title":"T"}})",
      R"({"name":"bare","inputSchema":{"type":"object"}})"};
  discovery.resources = {
      R"({"uri":"file:///a","name":"a","description":"d","mimeType":"text/plain","annotations":{"priority":1},"_meta":{"m":1}})"};
  catalog::ServerSpec spec = http_spec("up");
  spec.description = "an echo";
  inserted(admit(spec, discovery));
  EXPECT_EQ("up|streamable_http|1|an echo|{\"url\":\"http://127.0.0.1:9/mcp\"}|stateless",
            query("SELECT name || '|' || transport || '|' || enabled || '|' || description || '|' || config || '|' || "
                  "session_mode FROM mcp_servers"));
  EXPECT_EQ("echo|1|d|{\"type\":\"object\",\"x\":1}|{\"title\":\"T\"},bare|1||{\"type\":\"object\"}|{}",
            query("SELECT name || '|' || enabled || '|' || description || '|' || input_schema || '|' || annotations "
                  "FROM tools ORDER BY id"));
  EXPECT_EQ("greet||[{\"name\":\"a\",\"required\":true}]",
            query("SELECT name || '|' || description || '|' || arguments FROM prompts"));
  EXPECT_EQ(
      "mcpj://res/up/ZmlsZTovLy9h|file:///a|a|d|text/plain|{\"priority\":1}|{\"m\":1}",
      query("SELECT uri || '|' || original_uri || '|' || name || '|' || description || '|' || mime_type || '|' || "
            "annotations || '|' || meta FROM resources"));
  EXPECT_EQ(query("SELECT created_at FROM tools LIMIT 1"), query("SELECT updated_at FROM mcp_servers"));
  EXPECT_EQ("NULL", query("SELECT deleted_at FROM mcp_servers"));
}

TEST_F(SqlCatalogRepositoryTest, ShowsTimesAsRfc3339) {
  const ServerEntry server = inserted(admit(http_spec("up"), small_discovery()));
  EXPECT_EQ(10u, server.created_at.find('T'));
  EXPECT_EQ('Z', server.created_at.back());
  EXPECT_EQ(server.created_at, loaded().servers[0].tools[0].created_at);
}

TEST_F(SqlCatalogRepositoryTest, SkipsBadRowsAndSaysSo) {
  for (const char* name : {"good", "ws", "torn", "odd"})
    inserted(admit(http_spec(name), small_discovery()));
  execute({"UPDATE mcp_servers SET transport = 'ws' WHERE name = 'ws'",
           "UPDATE mcp_servers SET config = '{\"url\":' WHERE name = 'torn'",
           "UPDATE mcp_servers SET session_mode = 'x' WHERE name = 'odd'",
           "INSERT INTO tools (name, server_id) VALUES ('lost', 99)"});
  const auto rest = loaded();
  ASSERT_EQ(1u, rest.servers.size());
  EXPECT_EQ("good", rest.servers[0].spec.name.str());
  EXPECT_EQ((std::vector<std::string>{
                "server 'ws': its transport is 'ws'",
                "server 'torn': its config is not a JSON object",
                "server 'odd': its session mode is 'x'",
                "1 rows of table tools belong to server id 99, which is not there",
            }),
            rest.warnings);
}

TEST_F(SqlCatalogRepositoryTest, IgnoresRowsThatAreMarkedDeleted) {
  inserted(admit(http_spec("up"), small_discovery()));
  execute({"UPDATE tools SET deleted_at = '2026-01-01 00:00:00+00:00' WHERE name = 'echo'"});
  EXPECT_EQ(1u, loaded().servers[0].tools.size());
}

TEST_F(SqlCatalogRepositoryTest, RemovingTakesTheTokensOfTheServerToo) {
  inserted(admit(http_spec("up"), Discovery()));
  execute({"INSERT INTO upstream_o_auth_tokens (server_name, transport) VALUES ('up', 'streamable_http')",
           "INSERT INTO upstream_o_auth_tokens (server_name, transport) VALUES ('other', 'streamable_http')"});
  ASSERT_TRUE(wait(repository().remove(catalog::ServerName("up"))).has_value());
  EXPECT_EQ("other", query("SELECT server_name FROM upstream_o_auth_tokens"));
}

TEST_F(SqlCatalogRepositoryTest, AFailureInTheMiddleOfAReplacementChangesNothing) {
  inserted(admit(http_spec("up"), small_discovery()));
  execute({"CREATE TRIGGER refuse BEFORE INSERT ON resource_templates BEGIN SELECT RAISE(ABORT, 'no'); END"});
  const std::string before = query("SELECT id || name || definition FROM tools");
  Discovery next;
  next.tools = {tool_json("other")};
  next.resource_templates = {catalog::testing::template_json("t", "x:{y}")};
  EXPECT_FALSE(wait(repository().replace(admit(stdio_spec("up"), next))).has_value());
  EXPECT_EQ(before, query("SELECT id || name || definition FROM tools"));
  EXPECT_EQ("streamable_http", query("SELECT transport FROM mcp_servers"));
}

TEST_F(SqlCatalogRepositoryTest, SaysWhenTheFileIsGoneBad) {
  open();
  execute({"DROP TABLE schema_migrations"});
  const auto pinged = wait(repository().ping());
  ASSERT_FALSE(pinged.has_value());
  EXPECT_NE(std::string::npos, pinged.error().message.find(folder_.file("test.db")));
}

// Printed, not asserted: machines differ.
TEST_F(SqlCatalogRepositoryTest, ManyToolsLoadQuickly) {
  Discovery discovery;
  for (int i = 0; i < 1000; ++i)
    discovery.tools.push_back(tool_json("tool_" + std::to_string(i), std::string(1500, 'd')));
  RealTime clock;
  const auto ms_since = [&](SteadyTime start) {
    return std::chrono::duration_cast<Millis>(clock.steady_now() - start).count();
  };
  auto start = clock.steady_now();
  ServerEntry server = admit(http_spec("big"), discovery);
  std::cout << "1,000 tools: admitted in " << ms_since(start) << " ms";
  start = clock.steady_now();
  inserted(std::move(server));
  std::cout << ", stored in " << ms_since(start) << " ms";
  start = clock.steady_now();
  catalog::Catalog loading(context_.get_executor(), repository(), log_);
  ASSERT_TRUE(wait(loading.load()).has_value());
  std::cout << ", loaded and published in " << ms_since(start) << " ms";
  start = clock.steady_now();
  ASSERT_TRUE(wait(loading.set_tools_enabled("big__tool_7", false)).has_value());
  std::cout << ", one switched off in " << ms_since(start) << " ms\n";
  EXPECT_EQ(1000u, loading.published().load()->servers()[0]->tools.size());
}

}  // namespace
}  // namespace jungle::store

// Databases that MCPJungle made, of several ages.
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "store/mode_store.h"
#include "store/sql_catalog_repository.h"
#include "store/testing/store_test.h"

namespace jungle::store {
namespace {

using catalog::Transport;

// The newest MCPJungle's tables, with what it writes into them.
const std::vector<std::string> kNewest = {
    "CREATE TABLE `mcp_servers` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`name` text NOT NULL,`transport` varchar(30) NOT NULL,`enabled` numeric DEFAULT true,"
    "`description` text,`config` JSON NOT NULL,`session_mode` varchar(20) DEFAULT \"stateless\")",
    "CREATE UNIQUE INDEX `idx_mcp_servers_name` ON `mcp_servers`(`name`)",
    "CREATE INDEX `idx_mcp_servers_deleted_at` ON `mcp_servers`(`deleted_at`)",
    "CREATE TABLE `tools` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`name` text NOT NULL,`enabled` numeric DEFAULT true,`description` text,`input_schema` JSON,"
    "`annotations` JSON,`server_id` integer NOT NULL,CONSTRAINT `fk_tools_server` FOREIGN KEY (`server_id`) REFERENCES "
    "`mcp_servers`(`id`))",
    "CREATE INDEX `idx_tools_deleted_at` ON `tools`(`deleted_at`)",
    "CREATE TABLE `prompts` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`name` text NOT NULL,`enabled` numeric DEFAULT true,`description` text,`arguments` JSON,"
    "`server_id` integer NOT NULL,CONSTRAINT `fk_prompts_server` FOREIGN KEY (`server_id`) REFERENCES "
    "`mcp_servers`(`id`))",
    "CREATE TABLE `resources` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`uri` text NOT NULL,`original_uri` text NOT NULL,`name` text NOT NULL,`enabled` numeric "
    "DEFAULT true,`description` text,`mime_type` text,`annotations` JSON,`meta` JSON,`server_id` integer NOT NULL,"
    "CONSTRAINT `fk_resources_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`))",
    "CREATE TABLE `server_configs` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`mode` varchar(12) NOT NULL,`initialized` numeric NOT NULL DEFAULT false)",
    "INSERT INTO server_configs VALUES (1,'2026-11-23 00:41:14.5+01:00','2026-11-23 00:41:14.5+01:00',NULL,"
    "'development',1)",
    "INSERT INTO mcp_servers VALUES (3,'2026-11-23 00:42:13.314835602+00:00','2026-11-23 "
    "00:42:13.314835602+00:00',NULL,"
    "'web','streamable_http',1,'d','{\"url\":\"http://127.0.0.1:9/mcp\",\"bearer_token\":\"t\",\"headers\":{\"X-A\":"
    "\"1\"}}','stateful')",
    "INSERT INTO mcp_servers VALUES (4,'2026-11-23 00:42:14+00:00','2026-11-23 00:42:14+00:00',NULL,'local','stdio',0,"
    "'','{\"command\":\"npx\",\"args\":[\"-y\",\"x\"],\"env\":{\"A\":\"b\"}}','stateless')",
    "INSERT INTO mcp_servers VALUES (5,'2026-11-23 00:42:15+00:00','2026-11-23 00:42:15+00:00',NULL,'old','sse',1,NULL,"
    "'{\"url\":\"http://127.0.0.1:9/sse\"}',NULL)",
    "INSERT INTO tools VALUES (7,'2026-11-23 00:42:13.4+05:30','2026-11-23 00:42:13.4+05:30',NULL,'echo',1,'says it',"
    "'{\"type\":\"object\",\"properties\":{\"m\":{\"type\":\"string\"}},\"required\":[]}','{\"title\":\"E\"}',3)",
    "INSERT INTO tools VALUES (8,NULL,NULL,NULL,'bare',0,NULL,NULL,'{}',3)",
    "INSERT INTO tools VALUES (9,NULL,NULL,NULL,'typeless',1,'','{\"type\":\"\",\"properties\":{},\"required\":[]}',"
    "'null',3)",
    "INSERT INTO tools VALUES (10,NULL,NULL,NULL,'broken',1,'','{\"type\":','{}',3)",
    "INSERT INTO tools VALUES (11,NULL,NULL,NULL,'echo',1,'again','{\"type\":\"object\"}','{}',3)",
    "INSERT INTO tools VALUES (12,NULL,NULL,NULL,'echo',1,'elsewhere','{\"type\":\"object\"}','{}',4)",
    "INSERT INTO prompts VALUES (1,NULL,NULL,NULL,'p1',1,'d1','[{\"name\":\"a\",\"required\":true}]',3)",
    "INSERT INTO prompts VALUES (2,NULL,NULL,NULL,'p2',1,'','null',3)",
    "INSERT INTO prompts VALUES (3,NULL,NULL,NULL,'p3',1,NULL,NULL,3)",
    "INSERT INTO resources VALUES (1,NULL,NULL,NULL,'mcpj://res/web/ZmlsZTovLy9h','file:///a','a',1,'r','text/plain',"
    "'{\"priority\":0.5}','{\"m\":1}',3)",
    "INSERT INTO resources VALUES "
    "(2,NULL,NULL,NULL,'mcpj://res/web/ZmlsZTovLy9i','file:///b','b',1,'','','null',NULL,3)",
};

// What the first MCPJungles made, in mid-2025.
const std::vector<std::string> kOldest = {
    "CREATE TABLE `mcp_servers` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`name` text NOT NULL,`url` text NOT NULL,`description` text,`bearer_token` text)",
    "CREATE UNIQUE INDEX `idx_mcp_servers_name` ON `mcp_servers`(`name`)",
    "CREATE TABLE `tools` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`name` text NOT NULL,`description` text,`input_schema` JSON,`server_id` integer NOT NULL,"
    "CONSTRAINT `fk_tools_server` FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`))",
    "CREATE UNIQUE INDEX `idx_tools_name` ON `tools`(`name`)",
    "CREATE TABLE `server_configs` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` datetime,"
    "`deleted_at` datetime,`mode` varchar(12) NOT NULL,`initialized` numeric NOT NULL DEFAULT false)",
    "INSERT INTO server_configs (mode, initialized) VALUES ('production', 1)",
    "INSERT INTO mcp_servers (name, url, bearer_token) VALUES ('web', 'http://127.0.0.1:9/mcp', 'it''s \"t\"')",
    "INSERT INTO mcp_servers (name, url) VALUES ('plain', 'http://127.0.0.1:8/mcp')",
    "INSERT INTO tools (name, description, input_schema, server_id) VALUES ('echo', 'd', '{\"type\":\"object\"}', 1)",
};

class McpJungleDatabaseTest : public testing::StoreTest {
 protected:
  std::shared_ptr<const catalog::Snapshot> loaded() {
    catalog_.reset();
    repository_.reset();
    open();
    repository_.emplace(*database_, unlock(), time_);
    catalog_.emplace(context_.get_executor(), *repository_, log_);
    const auto ok = wait(catalog_->load());
    EXPECT_TRUE(ok.has_value());
    return catalog_->published().load();
  }
  std::optional<SqlCatalogRepository> repository_;
  std::optional<catalog::Catalog> catalog_;
};

TEST_F(McpJungleDatabaseTest, ReadsServers) {
  execute(kNewest);
  const auto snapshot = loaded();
  ASSERT_EQ(3u, snapshot->servers().size());
  const auto& web = snapshot->servers()[0];
  EXPECT_EQ(3, web->id);
  EXPECT_EQ("web", web->spec.name.str());
  EXPECT_EQ("http://127.0.0.1:9/mcp", web->spec.url);
  EXPECT_EQ("t", web->spec.bearer_token.reveal());
  EXPECT_EQ("X-A", web->spec.headers.at(0).first);
  EXPECT_EQ(catalog::SessionMode::kStateful, web->spec.session_mode);
  EXPECT_EQ("2026-11-23T00:42:13.314835602Z", web->created_at);
  const auto& local = snapshot->servers()[1];
  EXPECT_EQ(Transport::kStdio, local->spec.transport);
  EXPECT_EQ((std::vector<std::string>{"-y", "x"}), local->spec.args);
  EXPECT_FALSE(local->enabled);
  EXPECT_EQ(Transport::kSse, snapshot->servers()[2]->spec.transport);
  EXPECT_EQ(catalog::SessionMode::kStateless, snapshot->servers()[2]->spec.session_mode);
}

TEST_F(McpJungleDatabaseTest, MakesDefinitionsOfColumns) {
  execute(kNewest);
  const auto snapshot = loaded();
  const catalog::View& web = *snapshot->view_of("web");
  EXPECT_EQ(
      R"({"name":"echo","description":"says it","inputSchema":{"type":"object","properties":{"m":{"type":"string"}},)"
      R"("required":[]},"annotations":{"title":"E"}})",
      web.find_tool("echo")->definition);
  EXPECT_EQ("2026-11-23T00:42:13.4+05:30", web.find_tool("echo")->created_at);
  EXPECT_EQ(nullptr, web.find_tool("bare")) << "it is disabled";
  EXPECT_EQ(R"({"name":"bare","inputSchema":{"type":"object"}})", snapshot->servers()[0]->tools[1].definition);
  EXPECT_EQ(R"({"name":"typeless","inputSchema":{"type":"object","properties":{},"required":[]}})",
            web.find_tool("typeless")->definition);
  EXPECT_EQ(
      R"([{"name":"p1","description":"d1","arguments":[{"name":"a","required":true}]},{"name":"p2"},{"name":"p3"}])",
      *web.prompts()[0]);
  EXPECT_EQ(
      R"([{"uri":"file:///a","name":"a","description":"r","mimeType":"text/plain","annotations":{"priority":0.5},)"
      R"("_meta":{"m":1}},{"uri":"file:///b","name":"b"}])",
      *web.resources()[0]);
  EXPECT_NE(nullptr, snapshot->all().find_resource("mcpj://res/web/ZmlsZTovLy9h"));
  EXPECT_NE(nullptr, snapshot->all().find_tool("local__echo"));
}

TEST_F(McpJungleDatabaseTest, SetsBrokenRowsAsideAndStarts) {
  execute(kNewest);
  const auto snapshot = loaded();
  EXPECT_EQ(nullptr, snapshot->all().find_tool("web__broken"));
  EXPECT_TRUE(
      log_.contains("an entry of the database was skipped server=web why=a tool without a usable name was set "
                    "aside: it is invalid JSON"));
  EXPECT_TRUE(log_.contains("tool 'echo' was set aside: there is another one of that name"));
}

TEST_F(McpJungleDatabaseTest, ChangesWhatItFound) {
  execute(kNewest);
  loaded();
  ASSERT_TRUE(wait(catalog_->set_tools_enabled("web__bare", true)).has_value());
  catalog::Discovery discovery;
  discovery.tools = {R"({"name":"echo","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}})"};
  ASSERT_TRUE(wait(catalog_->replace(catalog_->published().load()->servers()[0]->spec, discovery)).has_value());
  const auto snapshot = loaded();
  const auto* echo = snapshot->all().find_tool("web__echo");
  ASSERT_NE(nullptr, echo);
  EXPECT_EQ(7, echo->id);
  EXPECT_EQ(discovery.tools[0], echo->definition);
  EXPECT_EQ("7", query("SELECT id FROM tools WHERE server_id = 3"));
  ASSERT_TRUE(wait(catalog_->remove(catalog::ServerName("web"))).has_value());
  EXPECT_EQ("0", query("SELECT COUNT(*) FROM prompts"));
}

TEST_F(McpJungleDatabaseTest, KeepsItsModeAndItsTables) {
  execute(kNewest);
  ModeStore modes(open(), time_);
  EXPECT_EQ(ModeStore::State::kInitialized, wait(modes.start(ServerMode::kDevelopment)).value());
  EXPECT_EQ("3", query("SELECT COUNT(*) FROM mcp_servers"));
  EXPECT_EQ("tool_groups", query("SELECT name FROM sqlite_master WHERE name = 'tool_groups'"));
}

TEST_F(McpJungleDatabaseTest, BringsTheOldestOnesUpToDate) {
  execute(kOldest);
  const auto snapshot = loaded();
  ASSERT_EQ(2u, snapshot->servers().size());
  const auto& web = snapshot->servers()[0];
  EXPECT_EQ("http://127.0.0.1:9/mcp", web->spec.url);
  EXPECT_EQ("it's \"t\"", web->spec.bearer_token.reveal());
  EXPECT_EQ(Transport::kStreamableHttp, web->spec.transport);
  EXPECT_TRUE(web->enabled);
  EXPECT_TRUE(snapshot->servers()[1]->spec.bearer_token.empty());
  EXPECT_NE(nullptr, snapshot->all().find_tool("web__echo"));

  catalog::Discovery discovery;
  discovery.tools = {R"({"name":"echo","inputSchema":{"type":"object"}})"};
  catalog::ServerSpec spec = web->spec;
  spec.name = catalog::ServerName("second");
  EXPECT_TRUE(wait(catalog_->add(spec, discovery)).has_value()) << "tools of two servers may have one name";
  ModeStore modes(*database_, time_);
  EXPECT_EQ(ModeStore::State::kInitialized, wait(modes.start(ServerMode::kEnterprise)).value());
}

TEST_F(McpJungleDatabaseTest, OpensATornFileOfTablesThatLackMostColumns) {
  execute(
      {"CREATE TABLE `mcp_servers` (`id` integer PRIMARY KEY AUTOINCREMENT,`created_at` datetime,`updated_at` "
       "datetime,`deleted_at` datetime,`name` text NOT NULL,`transport` varchar(30) NOT NULL,`config` JSON NOT NULL)",
       "INSERT INTO mcp_servers (name, transport, config) VALUES ('web', 'streamable_http', "
       "'{\"url\":\"http://127.0.0.1:9/mcp\"}')"});
  EXPECT_EQ("web", loaded()->servers().at(0)->spec.name.str());
}

}  // namespace
}  // namespace jungle::store

#include "store/database.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/migrations.h"
#include "store/testing/store_test.h"

namespace jungle::store {
namespace {

class DatabaseTest : public testing::StoreTest {
 protected:
  Result<int> count(const std::string& table) {
    auto work = [&](soci::session& session) -> Result<int> {
      int rows = 0;
      session << "SELECT COUNT(*) FROM " + table, soci::into(rows);
      return rows;
    };
    return wait(database_->read(work));
  }
  Error why_not(const std::string& name) {
    auto opened = Database::open(folder_.file(name), log_);
    return opened ? Error{ErrorCode::kInternal, "it opened", {}} : opened.error();
  }
};

TEST_F(DatabaseTest, CreatesAFileThatOnlyItsOwnerReads) {
  open();
  struct stat info {};
  ASSERT_EQ(0, ::stat(folder_.file("test.db").c_str(), &info));
  EXPECT_EQ(0600, static_cast<int>(info.st_mode & 0777));
  ASSERT_EQ(0, ::stat(folder_.file("test.db-wal").c_str(), &info));
  EXPECT_EQ(0600, static_cast<int>(info.st_mode & 0777));
}

TEST_F(DatabaseTest, IsInWalModeWithForeignKeys) {
  open();
  EXPECT_EQ("wal", query("PRAGMA journal_mode"));
  auto work = [](soci::session& session) -> Result<int> {
    int on = 0;
    session << "PRAGMA foreign_keys", soci::into(on);
    return on;
  };
  EXPECT_EQ(1, wait(database_->read(work)).value());
}

TEST_F(DatabaseTest, MigratesOnceAndOpensAgain) {
  open();
  EXPECT_EQ("1,2,3,4,5,6", query("SELECT number FROM schema_migrations ORDER BY number"));
  EXPECT_EQ("mcpjungle_tables", query("SELECT name FROM schema_migrations WHERE number = 1"));
  open();
  EXPECT_EQ("1,2,3,4,5,6", query("SELECT number FROM schema_migrations ORDER BY number"));
}

TEST_F(DatabaseTest, MigrationsAreNumberedWithoutGaps) {
  int expected = 1;
  for (const MigrationText& text : migration_texts())
    EXPECT_EQ(expected++, text.number) << text.name;
}

TEST_F(DatabaseTest, HasTheTablesAndIndexesOfMcpJungle) {
  open();
  EXPECT_EQ(
      "mcp_clients,mcp_servers,prompts,resource_templates,resources,schema_migrations,sealing,server_configs,"
      "tool_groups,tools,upstream_o_auth_clients,upstream_o_auth_pending_sessions,upstream_o_auth_tokens,users",
      query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"));
  EXPECT_EQ(
      "id,created_at,updated_at,deleted_at,name,enabled,description,input_schema,annotations,server_id,"
      "definition,position",
      query("SELECT name FROM pragma_table_info('tools')"));
  EXPECT_EQ("idx_mcp_servers_name", query("SELECT name FROM sqlite_master WHERE name = 'idx_mcp_servers_name'"));
  EXPECT_EQ("10", query("SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND name LIKE '%_deleted_at'"));
}

TEST_F(DatabaseTest, RollsBackWhatFails) {
  open();
  auto fails = [](soci::session& session) -> Result<void> {
    session << "INSERT INTO server_configs (mode) VALUES ('x')";
    return Error{ErrorCode::kConflict, "no", {}};
  };
  EXPECT_EQ("no", wait(database_->write(fails)).error().message);
  auto throws = [](soci::session& session) -> Result<void> {
    session << "INSERT INTO server_configs (mode) VALUES ('x')";
    session << "INSERT INTO nothing VALUES (1)";
    return {};
  };
  const auto thrown = wait(database_->write(throws));
  ASSERT_FALSE(thrown.has_value());
  EXPECT_EQ(ErrorCode::kInternal, thrown.error().code);
  EXPECT_EQ(std::string::npos, thrown.error().message.find("nothing")) << "no SQL for the caller";
  EXPECT_NE(std::string::npos, thrown.error().detail.find("nothing"));
  EXPECT_EQ(0, count("server_configs").value());
}

TEST_F(DatabaseTest, EnforcesForeignKeys) {
  open();
  auto orphan = [](soci::session& session) -> Result<void> {
    session << "INSERT INTO tools (name, server_id) VALUES ('x', 99)";
    return {};
  };
  EXPECT_FALSE(wait(database_->write(orphan)).has_value());
}

TEST_F(DatabaseTest, LeavesTheFileToOthersBetweenPiecesOfWork) {
  open();
  execute({"INSERT INTO server_configs (mode) VALUES ('x')"});
  EXPECT_EQ(1, count("server_configs").value());
}

TEST_F(DatabaseTest, OpensPathsWithSpacesAndEqualSigns) {
  open("a b=c  d.db");
  EXPECT_TRUE(std::filesystem::exists(folder_.file("a b=c  d.db")));
}

TEST_F(DatabaseTest, SaysWhatIsWrongWithThePath) {
  const Error folder_missing = why_not("no/such/folder/x.db");
  EXPECT_EQ(ErrorCode::kUnavailable, folder_missing.code);
  EXPECT_NE(std::string::npos, folder_missing.message.find(folder_.file("no/such/folder/x.db")))
      << folder_missing.message;
  EXPECT_NE(std::string::npos, folder_missing.message.find("check that its folder exists"));
  EXPECT_NE(std::string::npos, why_not("").message.find("cannot be opened")) << "a folder is no file";
  EXPECT_EQ(ErrorCode::kInvalidArgument, why_not("a\"b").code);
}

TEST_F(DatabaseTest, SaysThatAFileIsDamaged) {
  std::ofstream(folder_.file("text.db")) << std::string(5000, 'x');
  const Error not_sqlite = why_not("text.db");
  EXPECT_EQ(ErrorCode::kInternal, not_sqlite.code);
  EXPECT_EQ("database file " + folder_.file("text.db") +
                " is damaged or is no SQLite database: restore it from a backup, or move it away, or name another file "
                "with --sqlite-db-path",
            not_sqlite.message);
  EXPECT_EQ(5000u, std::filesystem::file_size(folder_.file("text.db"))) << "it is left as it was";

  open("good.db");
  database_.reset();
  std::fstream file(folder_.file("good.db"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file << std::string(4000, '\xff');
  file.close();
  EXPECT_NE(std::string::npos, why_not("good.db").message.find("is damaged"));
}

TEST_F(DatabaseTest, SaysThatAFileCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everything";
  open();
  database_.reset();
  ASSERT_EQ(0, ::chmod(folder_.file("test.db").c_str(), 0400));
  EXPECT_NE(std::string::npos, why_not("test.db").message.find("cannot be written"));
}

TEST_F(DatabaseTest, RefusesAFileOfANewerVersion) {
  open();
  database_.reset();
  execute({"INSERT INTO schema_migrations (number, name) VALUES (999, 'later')"});
  const Error error = why_not("test.db");
  EXPECT_NE(std::string::npos, error.message.find("written by a newer version")) << error.message;
  EXPECT_NE(std::string::npos, error.message.find(folder_.file("test.db")));
}

TEST_F(DatabaseTest, AFailedMigrationLeavesTheFileUntouched) {
  execute({"CREATE TABLE tools (id integer PRIMARY KEY, definition text)"});  // Not MCPJungle's.
  EXPECT_NE("it opened", why_not("test.db").message);
  EXPECT_EQ("tools", query("SELECT name FROM sqlite_master WHERE type = 'table'"));
}

}  // namespace
}  // namespace jungle::store

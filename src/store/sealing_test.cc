#include "store/sealing.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/testing/sealed_store_test.h"

namespace jungle::store {
namespace {

class SealingTest : public testing::SealedStoreTest {};

TEST_F(SealingTest, MakesAKeyFileBesideTheDatabase) {
  open();
  unlock();
  struct stat info {};
  ASSERT_EQ(0, ::stat(key_file().c_str(), &info));
  EXPECT_EQ(0600, static_cast<int>(info.st_mode & 0777));
  EXPECT_EQ(1u, file_keys().size());
  EXPECT_EQ(crypto::KeyRing(file_keys()).primary().id, query("SELECT key_id FROM sealing"));
  EXPECT_EQ("1", query("SELECT is_scrubbed FROM sealing"));
  const auto before = file_keys();
  open();
  unlock();
  EXPECT_EQ(before, file_keys());
}

TEST_F(SealingTest, NoSecretReachesTheFile) {
  open();
  unlock();
  insert(secretive("up"));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
  EXPECT_TRUE(has_secrets({"up"}));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(SealingTest, SealsWhatMcpJungleLeftAndScrubsTheFile) {
  open();
  database_.reset();
  // Also what stands on free pages, in the journal and in a row that is marked as deleted.
  std::vector<std::string> statements{"PRAGMA secure_delete = OFF", mcpjungle_row("old"), mcpjungle_row("gone")};
  statements.push_back("UPDATE mcp_servers SET deleted_at = '2026-01-01' WHERE name = 'gone'");
  statements.push_back("CREATE TABLE waste (text)");
  for (int i = 0; i < 100; ++i)
    statements.push_back("INSERT INTO waste VALUES ('canary-freelist" + std::string(1000, 'x') + "')");
  statements.push_back("DROP TABLE waste");
  statements.push_back(
      "INSERT INTO upstream_o_auth_tokens (server_name, transport, client_secret, access_token, "
      "refresh_token) VALUES ('old', 'streamable_http', 'canary-1', 'canary-2', 'canary-3')");
  statements.push_back(
      "INSERT INTO upstream_o_auth_pending_sessions (session_id, server_name, transport, server_input, "
      "state, client_secret, code_verifier, expires_at) VALUES ('s', 'old', 'sse', "
      "'{\"bearer_token\":\"canary-4\"}', 'x', 'canary-5', 'canary-6', '2026-01-01')");
  execute(statements);
  ASSERT_NE(std::string::npos, bytes().find("canary-freelist"));
  ASSERT_NE(std::string::npos, bytes().find("canary-bearer"));

  EXPECT_TRUE(has_secrets({"old"}));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
  EXPECT_TRUE(log_.contains("sealed the secrets in the database from_clear_text=17 from_older_keys=0"));
  database_.reset();
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
  EXPECT_EQ("sealed:v1:", query("SELECT substr(refresh_token, 1, 10) FROM upstream_o_auth_tokens"));
  EXPECT_EQ("\"sealed:v1:", query("SELECT substr(server_input, 1, 11) FROM upstream_o_auth_pending_sessions"));
  EXPECT_EQ("ok", query("PRAGMA integrity_check"));
}

TEST_F(SealingTest, SealsWhatMcpJungleWroteInBetween) {
  open();
  unlock();
  insert(secretive("ours"));
  database_.reset();
  execute({mcpjungle_row("theirs")});
  EXPECT_TRUE(has_secrets({"ours", "theirs"}));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(SealingTest, AScrubThatACrashPreventedIsMadeUpFor) {
  open();
  database_.reset();
  execute({mcpjungle_row("old")});
  EXPECT_TRUE(has_secrets({"old"}));
  database_.reset();
  execute({"PRAGMA secure_delete = OFF", "CREATE TABLE waste (text)", "INSERT INTO waste VALUES ('canary')",
           "DROP TABLE waste", "UPDATE sealing SET is_scrubbed = 0"});
  ASSERT_NE(std::string::npos, bytes().find("canary"));
  EXPECT_TRUE(has_secrets({"old"}));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(SealingTest, AReaderDelaysTheScrubOnly) {
  open();
  database_.reset();
  execute({mcpjungle_row("old")});
  {
    soci::session reader(soci::sqlite3, "dbname=\"" + folder_.file("test.db") + "\"");
    int count = 0;
    reader << "PRAGMA journal_mode = WAL";
    reader << "BEGIN";
    reader << "SELECT COUNT(*) FROM mcp_servers", soci::into(count);
    EXPECT_TRUE(has_secrets({"old"}));
    EXPECT_EQ("0", query("SELECT is_scrubbed FROM sealing"));
  }
  EXPECT_TRUE(has_secrets({"old"}));
  EXPECT_EQ("1", query("SELECT is_scrubbed FROM sealing"));
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(SealingTest, TakesAGivenKeyAndMakesNoFile) {
  const Secret key = key_text();
  open();
  unlock({key, {}});
  insert(secretive("up"));
  EXPECT_NE(0, ::access(key_file().c_str(), F_OK));
  EXPECT_TRUE(has_secrets({"up"}, {key, {}}));
  const std::string elsewhere = folder_.file("given.key");
  std::ofstream(elsewhere) << key.reveal() << '\n';
  EXPECT_TRUE(has_secrets({"up"}, {{}, elsewhere}));
}

TEST_F(SealingTest, AMissingKeyIsAnErrorThatSaysWhatToDo) {
  open();
  unlock();
  insert(secretive("up"));
  const std::string id = query("SELECT key_id FROM sealing");
  sealing_.reset();
  database_.reset();
  const std::string before = bytes();
  const std::string moved = folder_.file("moved.key");
  std::filesystem::rename(key_file(), moved);
  EXPECT_EQ(
      "the secrets in database file " + folder_.file("test.db") +
          " need a key that is not here: url of 'up' in table mcp_servers cannot be opened: it is sealed under the "
          "key " +
          id + "; put its key file back as " + key_file() +
          ", or give the key in MCPJUNGLE_ENCRYPTION_KEY or MCPJUNGLE_ENCRYPTION_KEY_FILE. Nothing was changed.",
      why_not());
  EXPECT_NE(0, ::access(key_file().c_str(), F_OK)) << "no other key takes its place";
  database_.reset();
  EXPECT_EQ(before, bytes());
  std::filesystem::rename(moved, key_file());
  EXPECT_TRUE(has_secrets({"up"}));
}

TEST_F(SealingTest, AWrongKeyIsAnErrorThatSaysWhatToDo) {
  const Secret key = key_text();
  open();
  unlock({key, {}});
  insert(secretive("up"));
  sealing_.reset();
  database_.reset();
  const std::string before = bytes();
  const std::string message = why_not({key_text(), {}});
  EXPECT_TRUE(
      message.ends_with("; the given key is another one: give the right one, or both, the new one first, "
                        "separated by a comma. Nothing was changed."))
      << message;
  EXPECT_EQ(std::string::npos, message.find("canary"));
  database_.reset();
  EXPECT_EQ(before, bytes());
  EXPECT_TRUE(has_secrets({"up"}, {key, {}}));
}

TEST_F(SealingTest, MalformedKeysAreNamedByTheirSource) {
  EXPECT_TRUE(
      why_not({Secret("c2hvcnQ="), {}}).starts_with("MCPJUNGLE_ENCRYPTION_KEY: it has 5 bytes instead of 32; "));
  const std::string file = folder_.file("given");
  EXPECT_EQ("MCPJUNGLE_ENCRYPTION_KEY_FILE: there is no file " + file, why_not({{}, file}));
  std::ofstream(file) << "";
  EXPECT_TRUE(why_not({{}, file}).starts_with("MCPJUNGLE_ENCRYPTION_KEY_FILE " + file + ": there is no key in it; "));
  std::ofstream(key_file()) << "torn";
  EXPECT_TRUE(why_not().starts_with("key file " + key_file() + ": it has 3 bytes instead of 32; "));
}

TEST_F(SealingTest, AKeyThatIsGivenLaterTakesOverFromTheFile) {
  open();
  unlock();
  insert(secretive("up"));
  const Secret key = key_text();
  EXPECT_TRUE(has_secrets({"up"}, {key, {}}));
  EXPECT_TRUE(log_.contains("sealed the secrets in the database from_clear_text=0 from_older_keys=5"));
  std::filesystem::remove(key_file());
  EXPECT_TRUE(has_secrets({"up"}, {key, {}}));
}

TEST_F(SealingTest, WithTwoKeysTheFirstSealsAndTheSecondOpens) {
  const Secret old_key = key_text();
  const Secret new_key = key_text();
  open();
  unlock({old_key, {}});
  insert(secretive("up"));
  EXPECT_TRUE(has_secrets({"up"}, {Secret(new_key.reveal() + "," + old_key.reveal()), {}}));
  EXPECT_TRUE(has_secrets({"up"}, {new_key, {}}));
}

TEST_F(SealingTest, AKeyFileThatOthersCouldReadIsMadePrivate) {
  open();
  unlock();
  ::chmod(key_file().c_str(), 0644);
  open();
  unlock();
  struct stat info {};
  ASSERT_EQ(0, ::stat(key_file().c_str(), &info));
  EXPECT_EQ(0600, static_cast<int>(info.st_mode & 0777));
  EXPECT_TRUE(log_.contains("the key file could be read by other users"));
}

TEST_F(SealingTest, SecretsThatChangedPlacesAreSetAside) {
  open();
  unlock();
  insert(secretive("one"));
  insert(secretive("two"));
  database_.reset();
  execute({"UPDATE mcp_servers SET config = (SELECT config FROM mcp_servers WHERE name = 'two') WHERE name = 'one'"});
  open();
  unlock();
  EXPECT_TRUE(log_.contains("a secret in the database cannot be read"));
  const auto loaded = load();
  ASSERT_EQ(1u, loaded.servers.size());
  EXPECT_EQ("two", loaded.servers[0].spec.name.str());
  ASSERT_EQ(1u, loaded.warnings.size());
  EXPECT_EQ(
      "server 'one': url of 'one' in table mcp_servers cannot be opened: it was changed, or moved here from "
      "another place",
      loaded.warnings[0]);
}

}  // namespace
}  // namespace jungle::store

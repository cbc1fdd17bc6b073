#include "store/rekeying.h"

#include <csignal>
#include <sched.h>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/sealed_box.h"
#include "store/key_file.h"
#include "store/testing/sealed_store_test.h"

namespace jungle::store {
namespace {

class RekeyingTest : public testing::SealedStoreTest {
 protected:
  RekeyingTest() {
    open();
    unlock();
    insert(secretive("one"));
    insert(secretive("two"));
  }
  Result<Rotation> rotate(const KeySource& source = {}) {
    open();
    return rotate_key(*database_, source, random_);
  }
};

TEST_F(RekeyingTest, SealsEverythingUnderANewKeyFile) {
  const auto before = file_keys();
  const std::string old_id = query("SELECT key_id FROM sealing");
  const auto rotation = rotate();
  ASSERT_TRUE(rotation.has_value()) << rotation.error().message;
  EXPECT_EQ(10u, rotation->sealed);
  EXPECT_EQ(key_file(), rotation->key_file);
  EXPECT_EQ("", rotation->leftover);
  ASSERT_EQ(1u, file_keys().size());
  EXPECT_NE(before, file_keys());
  EXPECT_EQ(rotation->key_id, crypto::KeyRing(file_keys()).primary().id);
  database_.reset();
  EXPECT_EQ(std::string::npos, bytes().find(old_id)) << "nothing under the old key is left";
  EXPECT_TRUE(has_secrets({"one", "two"}));
}

TEST_F(RekeyingTest, SealsEverythingUnderTheFirstOfGivenKeys) {
  const Secret old_key = key_text();
  const Secret new_key = key_text();
  EXPECT_TRUE(has_secrets({"one", "two"}, {old_key, {}}));
  std::filesystem::remove(key_file());
  const KeySource both{Secret(new_key.reveal() + "\n" + old_key.reveal()), {}};
  const auto rotation = rotate(both);
  ASSERT_TRUE(rotation.has_value()) << rotation.error().message;
  EXPECT_EQ(10u, rotation->sealed);
  EXPECT_EQ("", rotation->key_file);
  EXPECT_TRUE(has_secrets({"one", "two"}, {new_key, {}}));
  const auto again = rotate(both);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(ErrorCode::kConflict, again.error().code);
}

TEST_F(RekeyingTest, RefusesWithoutTheOldKey) {
  std::filesystem::remove(key_file());
  for (const KeySource& source : {KeySource{}, KeySource{key_text(), {}}}) {
    const auto rotation = rotate(source);
    ASSERT_FALSE(rotation.has_value());
    EXPECT_TRUE(rotation.error().message.ends_with("Nothing was changed.")) << rotation.error().message;
    EXPECT_NE(0, ::access(key_file().c_str(), F_OK));
  }
}

TEST_F(RekeyingTest, ARunningGatewayFindsTheNewKeyInTheFile) {
  const auto other = Database::open(folder_.file("test.db"), log_);
  ASSERT_TRUE(rotate_key(**other, {}, random_).has_value());
  EXPECT_EQ(2u, load().servers.size());
  insert(secretive("three"));
  EXPECT_EQ(
      query("SELECT key_id FROM sealing"),
      query("SELECT substr(json_extract(config, '$.bearer_token'), 11, 16) FROM mcp_servers WHERE name = 'three'"));
  EXPECT_TRUE(has_secrets({"one", "two", "three"}));
}

TEST_F(RekeyingTest, ARunningGatewayThatLacksTheNewKeyStoresNothing) {
  const Secret old_key = key_text();
  const Secret new_key = key_text();
  EXPECT_TRUE(has_secrets({"one", "two"}, {old_key, {}}));
  std::filesystem::remove(key_file());
  const auto other = Database::open(folder_.file("test.db"), log_);
  ASSERT_TRUE(rotate_key(**other, {Secret(new_key.reveal() + "," + old_key.reveal()), {}}, random_).has_value());
  SqlCatalogRepository repository(*database_, *sealing_, time_);
  const auto inserted =
      wait(repository.insert(catalog::admit(secretive("three"), catalog::testing::small_discovery())));
  ASSERT_FALSE(inserted.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, inserted.error().code);
  EXPECT_EQ("the encryption key of " + folder_.file("test.db") +
                " was changed by another process: restart with the one that it has now",
            inserted.error().message);
  EXPECT_TRUE(has_secrets({"one", "two"}, {new_key, {}}));
}

// The states that a rotation passes through; each opens.
TEST_F(RekeyingTest, OpensWithTwoKeysInTheFile) {
  const Secret unused = crypto::make_master_key(random_);
  std::vector<Secret> keys = file_keys();
  keys.insert(keys.begin(), unused);
  ASSERT_TRUE(write_key_file(key_file(), keys, key_file()).has_value());
  EXPECT_TRUE(has_secrets({"one", "two"})) << "killed before the secrets were stored: they are now";
  EXPECT_EQ(crypto::KeyRing({unused}).primary().id, query("SELECT key_id FROM sealing"));
  EXPECT_TRUE(has_secrets({"one", "two"})) << "killed before the old key was dropped";
  ASSERT_TRUE(rotate().has_value());
  EXPECT_EQ(1u, file_keys().size());
}

TEST_F(RekeyingTest, AKilledRotationLeavesADatabaseThatOpens) {
  constexpr int kRounds = 15;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    sealing_.reset();
    database_.reset();
    int pipe[2];
    ASSERT_EQ(0, ::pipe(pipe));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      open();
      for (;;) {
        if (::write(pipe[1], ".", 1) != 1 || !rotate_key(*database_, {}, random_)) ::_exit(1);
      }
    }
    ::close(pipe[1]);
    char step = 0;
    for (int i = 0; i <= round % 3; ++i)
      ASSERT_EQ(1, ::read(pipe[0], &step, 1)) << "the child ended by itself";
    for (int i = 0; i < round * 37 % 101 * 10; ++i)
      ::sched_yield();
    ASSERT_EQ(0, ::kill(child, SIGKILL));
    int status = 0;
    ASSERT_EQ(child, ::waitpid(child, &status, 0));
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(pipe[0]);
    ASSERT_TRUE(has_secrets({"one", "two"}));
    EXPECT_EQ("ok", query("PRAGMA integrity_check"));
  }
}

TEST_F(RekeyingTest, UnsealsForMcpJungle) {
  open();
  const auto count = unseal(*database_, {}, random_);
  ASSERT_TRUE(count.has_value()) << count.error().message;
  EXPECT_EQ(10u, *count);
  EXPECT_EQ("canary-bearer,canary-bearer", query("SELECT json_extract(config, '$.bearer_token') FROM mcp_servers"));
  EXPECT_EQ("0", query("SELECT COUNT(*) FROM sealing"));
  EXPECT_TRUE(has_secrets({"one", "two"})) << "and back";
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(RekeyingTest, UnsealsAllOrNothing) {
  sealing_.reset();
  database_.reset();
  execute({"UPDATE mcp_servers SET config = json_set(config, '$.bearer_token', 'sealed:v1:" + std::string(16, '0') +
           ":AAAA') WHERE name = 'two'"});
  open();
  const auto count = unseal(*database_, {}, random_);
  ASSERT_FALSE(count.has_value());
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

}  // namespace
}  // namespace jungle::store

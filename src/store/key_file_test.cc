#include "store/key_file.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/random.h"
#include "crypto/key_ring.h"
#include "store/testing/temp_folder.h"

namespace jungle::store {
namespace {

class KeyFileTest : public ::testing::Test {
 protected:
  std::vector<Secret> keys() {
    const auto text = read_key_file(path_);
    return crypto::parse_master_keys(text.value().value().reveal()).value();
  }
  int mode(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(0, ::stat(path.c_str(), &info));
    return static_cast<int>(info.st_mode & 07777);
  }
  void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  testing::TempFolder folder_;
  const std::string path_ = folder_.file("test.db.key");
  SystemRandom random_;
  const Secret first_ = crypto::make_master_key(random_);
  const Secret second_ = crypto::make_master_key(random_);
};

TEST_F(KeyFileTest, WritesForTheOwnerAloneWhatItReads) {
  ASSERT_TRUE(write_key_file(path_, {first_, second_}, path_).has_value());
  EXPECT_EQ(0600, mode(path_));
  EXPECT_EQ((std::vector{first_, second_}), keys());
  EXPECT_NE(0, ::access((path_ + ".new").c_str(), F_OK)) << "no draft is left";
}

TEST_F(KeyFileTest, ReplacesAFileAndADraftThatOthersMightRead) {
  write(path_, "old");
  write(path_ + ".new", "left by a crash");
  ::chmod((path_ + ".new").c_str(), 0644);
  ASSERT_TRUE(write_key_file(path_, {first_}, path_).has_value());
  EXPECT_EQ(0600, mode(path_));
  EXPECT_EQ(std::vector{first_}, keys());
}

TEST_F(KeyFileTest, BelongsToTheOwnerOfTheDatabase) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const std::string database = folder_.file("test.db");
  write(database, "");
  ASSERT_EQ(0, ::chown(database.c_str(), 1234, 5678));
  ASSERT_TRUE(write_key_file(path_, {first_}, database).has_value());
  struct stat info {};
  ASSERT_EQ(0, ::stat(path_.c_str(), &info));
  EXPECT_EQ(1234u, info.st_uid);
  EXPECT_EQ(5678u, info.st_gid);
  EXPECT_EQ(0600, mode(path_));
}

TEST_F(KeyFileTest, AFileThatIsNotThereIsNoError) {
  const auto text = read_key_file(path_);
  ASSERT_TRUE(text.has_value());
  EXPECT_FALSE(text->has_value());
}

TEST_F(KeyFileTest, SaysWhyItCannotBeReadOrWritten) {
  const auto folder = read_key_file(folder_.path().string());
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ("cannot read the key file " + folder_.path().string() + ": Is a directory", folder.error().message);
  const std::string nowhere = folder_.file("nowhere/key");
  const auto written = write_key_file(nowhere, {first_}, path_);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ("cannot create the key file " + nowhere + ".new: No such file or directory", written.error().message);
}

TEST_F(KeyFileTest, ReadsUpToItsLimit) {
  write(path_, std::string(kKeyFileBytesMax, '#'));
  EXPECT_TRUE(read_key_file(path_).has_value());
  write(path_, std::string(kKeyFileBytesMax + 1, '#'));
  EXPECT_EQ(ErrorCode::kLimitExceeded, read_key_file(path_).error().code);
}

TEST_F(KeyFileTest, TakesRightsOfOthersAway) {
  ASSERT_TRUE(write_key_file(path_, {first_}, path_).has_value());
  EXPECT_FALSE(make_key_file_private(path_));
  ::chmod(path_.c_str(), 0640);
  EXPECT_TRUE(make_key_file_private(path_));
  EXPECT_EQ(0600, mode(path_));
  EXPECT_FALSE(make_key_file_private(folder_.file("nowhere")));
}

}  // namespace
}  // namespace jungle::store

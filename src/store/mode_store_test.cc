#include "store/mode_store.h"

#include <gtest/gtest.h>

#include "store/testing/store_test.h"

namespace jungle::store {
namespace {

using State = ModeStore::State;

class ModeStoreTest : public testing::StoreTest {
 protected:
  Result<State> start(ServerMode mode) {
    ModeStore store(open(), time_);
    return wait(store.start(mode));
  }
};

TEST_F(ModeStoreTest, DevelopmentInitializesItself) {
  EXPECT_EQ(State::kInitialized, start(ServerMode::kDevelopment).value());
  EXPECT_EQ(State::kInitialized, start(ServerMode::kDevelopment).value());
  EXPECT_EQ("1", query("SELECT COUNT(*) FROM server_configs WHERE mode = 'development' AND initialized = 1"));
}

TEST_F(ModeStoreTest, EnterpriseStaysUninitialized) {
  EXPECT_EQ(State::kUninitialized, start(ServerMode::kEnterprise).value());
  EXPECT_EQ("0", query("SELECT COUNT(*) FROM server_configs"));
}

TEST_F(ModeStoreTest, RefusesTheOtherMode) {
  ASSERT_TRUE(start(ServerMode::kDevelopment).has_value());
  EXPECT_EQ("server is already initialized in development mode, cannot start in enterprise mode",
            start(ServerMode::kEnterprise).error().message);
  execute({"UPDATE server_configs SET mode = 'enterprise'"});
  const auto conflict = start(ServerMode::kDevelopment);
  EXPECT_EQ("server is already initialized in enterprise mode, cannot start in development mode",
            conflict.error().message);
  EXPECT_EQ(ErrorCode::kConflict, conflict.error().code);
}

TEST_F(ModeStoreTest, TakesProductionForEnterprise) {
  open();
  execute({"INSERT INTO server_configs (mode, initialized) VALUES ('production', 1)"});
  EXPECT_EQ(State::kInitialized, start(ServerMode::kEnterprise).value());
  EXPECT_FALSE(start(ServerMode::kDevelopment).has_value());
}

TEST_F(ModeStoreTest, TheRowWithTheLowestIdCounts) {
  open();
  execute({"INSERT INTO server_configs (mode, initialized) VALUES ('enterprise', 1)",
           "INSERT INTO server_configs (mode, initialized) VALUES ('development', 1)"});
  EXPECT_EQ(State::kInitialized, start(ServerMode::kEnterprise).value());
}

TEST_F(ModeStoreTest, InitializesARowThatIsNot) {
  open();
  execute({"INSERT INTO server_configs (mode, initialized) VALUES ('enterprise', 0)"});
  EXPECT_EQ(State::kUninitialized, start(ServerMode::kEnterprise).value());
  EXPECT_EQ(State::kInitialized, start(ServerMode::kDevelopment).value());
  EXPECT_EQ("development", query("SELECT mode FROM server_configs"));
}

}  // namespace
}  // namespace jungle::store

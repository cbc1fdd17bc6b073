#include "downstream/session_table.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "downstream/limits.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;

class SessionTableTest : public ::testing::Test {
 protected:
  std::shared_ptr<ClientSession> add(SteadyTime now) {
    auto session = std::make_shared<ClientSession>();
    table_.add(session, now);
    return session;
  }
  SystemRandom random_;
  SessionTable table_{random_};
  const SteadyTime now_{1h};
};

TEST_F(SessionTableTest, FindsASessionByItsId) {
  const auto session = add(now_);
  EXPECT_TRUE(session->id.starts_with("mcp-session-"));
  EXPECT_EQ(session, table_.find(session->id));
  EXPECT_EQ(nullptr, table_.find("mcp-session-none"));
}

TEST_F(SessionTableTest, EndsASession) {
  const auto session = add(now_);
  table_.end(*session);
  EXPECT_TRUE(session->ended);
  EXPECT_EQ(nullptr, table_.find(session->id));
}

TEST_F(SessionTableTest, EndsSessionsThatAreIdleForTooLong) {
  const auto idle = add(now_);
  const auto streaming = add(now_);
  streaming->open_streams = 1;
  const SteadyTime later = now_ + kSessionIdleTime + 1s;
  for (int i = 0; i < 2048; ++i)
    add(later);
  EXPECT_TRUE(idle->ended);
  EXPECT_FALSE(streaming->ended);
}

}  // namespace
}  // namespace jungle::downstream

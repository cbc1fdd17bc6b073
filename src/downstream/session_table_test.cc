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

TEST_F(SessionTableTest, EndsASessionAndWhatItWatches) {
  const auto session = add(now_);
  int released = 0;
  const auto watch = [&] {
    return std::make_shared<const mcp::ResourceWatch>("s", "x", [&](const mcp::ResourceWatch&) { ++released; });
  };
  EXPECT_TRUE(session->watched.add("u", watch()).has_value());
  table_.end(*session);
  EXPECT_TRUE(session->ended);
  EXPECT_EQ(1, released);
  EXPECT_FALSE(session->watched.add("late", watch()).has_value());
  EXPECT_EQ(2, released);
  EXPECT_EQ(nullptr, table_.find(session->id));
}

TEST_F(SessionTableTest, LetsWhatAnIdleSessionWatchesRest) {
  const auto session = add(now_);
  int released = 0;
  const auto watch = [&] {
    return std::make_shared<const mcp::ResourceWatch>("s", "x", [&](const mcp::ResourceWatch&) { ++released; });
  };
  EXPECT_TRUE(session->watched.add("u", watch()).has_value());
  table_.end_idle(now_ + kWatchIdleTime);
  EXPECT_EQ(0, released);
  const SteadyTime later = now_ + kWatchIdleTime + 1s;
  EXPECT_TRUE(session->watched.begin_stream().empty());
  table_.end_idle(later);
  EXPECT_EQ(0, released) << "a stream has just begun";
  session->watched.end_stream();
  table_.end_idle(later);
  EXPECT_EQ(1, released);
  EXPECT_FALSE(session->watched.contains("u"));
  EXPECT_FALSE(session->ended);
  EXPECT_EQ(std::vector<std::string>{"u"}, session->watched.begin_stream());
}

TEST_F(SessionTableTest, EndsSessionsThatAreIdleForTooLong) {
  const auto idle = add(now_);
  const auto streaming = add(now_);
  streaming->open_streams = 1;
  const SteadyTime later = now_ + kSessionIdleTime + 1s;
  const auto fresh = add(later);
  table_.end_idle(later);
  EXPECT_FALSE(fresh->ended);
  EXPECT_TRUE(idle->ended);
  EXPECT_FALSE(streaming->ended);
}

}  // namespace
}  // namespace jungle::downstream

#include "gateway/task_ids.h"

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "catalog/names.h"

namespace jungle::gateway {
namespace {

class TaskIdsTest : public ::testing::Test {
 protected:
  static mcp::CallContext call(std::string scope, std::string principal) {
    mcp::CallContext call;
    call.scope = std::move(scope);
    call.principal = mcp::PrincipalId(std::move(principal));
    return call;
  }

  jungle::testing::FakeRandom random_;
  const Secret master_ = crypto::make_master_key(random_);
  TaskIds ids_{crypto::KeyRing({master_}).for_purpose("tasks"), random_};
  const TaskRef task_{catalog::ServerName("lab"), "t\n1"};
  const mcp::CallContext mine_ = call("", "anna");
};

TEST_F(TaskIdsTest, LeadBackToTheTask) {
  const auto opened = ids_.open(ids_.seal(task_, mine_), mine_);
  ASSERT_TRUE(opened);
  EXPECT_EQ("lab", opened->server.str());
  EXPECT_EQ("t\n1", opened->own_id);
}

TEST_F(TaskIdsTest, SurviveARestart) {
  const TaskIds later(crypto::KeyRing({crypto::make_master_key(random_), master_}).for_purpose("tasks"), random_);
  EXPECT_TRUE(later.open(ids_.seal(task_, mine_), mine_));
}

TEST_F(TaskIdsTest, AreNobodyElses) {
  const std::string id = ids_.seal(task_, mine_);
  EXPECT_FALSE(ids_.open(id, call("", "bert")));
  EXPECT_FALSE(ids_.open(id, call("lab", "anna")));
  EXPECT_FALSE(ids_.open(ids_.seal(task_, call("a", "b")), call("", "a\nb")));
  EXPECT_NE(id, ids_.seal(task_, mine_)) << "who sees two ids must not learn that they are of one task";
}

TEST_F(TaskIdsTest, CannotBeForged) {
  const std::string id = ids_.seal(task_, mine_);
  for (std::size_t i = 0; i < id.size(); ++i) {
    std::string forged = id;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ids_.open(forged, mine_)) << i;
    EXPECT_FALSE(ids_.open(id.substr(0, i), mine_)) << i;
  }
  const TaskIds others(crypto::KeyRing({master_}).for_purpose("something else"), random_);
  EXPECT_FALSE(ids_.open(others.seal(task_, mine_), mine_));
}

TEST_F(TaskIdsTest, AreBounded) {
  const TaskRef longest{catalog::ServerName(std::string(catalog::kServerNameBytesMax, 's')),
                        std::string(kOwnTaskIdBytesMax, 'x')};
  const std::string id = ids_.seal(longest, mine_);
  EXPECT_TRUE(ids_.open(id, mine_));
  EXPECT_FALSE(ids_.open(id + std::string(4096, 'A'), mine_));
}

}  // namespace
}  // namespace jungle::gateway

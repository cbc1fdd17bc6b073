#include "upstream/group_table.h"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

class GroupTableTest : public ::testing::Test {
 protected:
  // As a child does it.
  void note(std::size_t place, pid_t leader) const {
    const PidNote where = groups_.note_at(place);
    ASSERT_EQ(static_cast<ssize_t>(sizeof(leader)), ::pwrite(where.file, &leader, sizeof(leader), where.offset));
  }
  std::size_t add(pid_t leader) {
    const auto place = groups_.reserve();
    EXPECT_TRUE(place.has_value());
    note(*place, leader);
    groups_.settle(*place, leader);
    return *place;
  }
  std::vector<pid_t> in_file() const { return read_groups(groups_.file()); }

  GroupTable groups_;
};

TEST_F(GroupTableTest, HasAGroupInTheFileFromTheNoteOnUntilItIsRemoved) {
  const auto place = groups_.reserve();
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(std::vector<pid_t>{}, in_file());
  note(*place, 700);
  EXPECT_EQ(std::vector<pid_t>{700}, in_file());
  EXPECT_FALSE(groups_.contains(700));
  groups_.settle(*place, 700);
  EXPECT_TRUE(groups_.contains(700));
  groups_.remove(700);
  EXPECT_FALSE(groups_.contains(700));
  EXPECT_EQ(std::vector<pid_t>{}, in_file());
}

TEST_F(GroupTableTest, ForgetsAChildThatNotedItselfButDidNotStart) {
  const auto place = groups_.reserve();
  ASSERT_TRUE(place.has_value());
  note(*place, 700);
  groups_.settle(*place, 0);
  EXPECT_EQ(std::vector<pid_t>{}, in_file());
  EXPECT_EQ(place, groups_.reserve());
}

TEST_F(GroupTableTest, KeepsTheOthersWhenOneIsRemoved) {
  for (const pid_t leader : {700, 701, 702})
    add(leader);
  groups_.remove(701);
  EXPECT_EQ((std::vector<pid_t>{700, 702}), in_file());
  add(703);
  EXPECT_EQ((std::vector<pid_t>{700, 703, 702}), in_file());
}

TEST_F(GroupTableTest, HasRoomForSoManyAndNotForOneMore) {
  for (std::size_t i = 0; i < kChildGroupsMax; ++i)
    add(static_cast<pid_t>(1000 + i));
  EXPECT_EQ(std::nullopt, groups_.reserve());
  EXPECT_EQ(kChildGroupsMax, in_file().size());
  groups_.remove(1000);
  EXPECT_TRUE(groups_.reserve().has_value());
}

TEST_F(GroupTableTest, NeverGivesANumberThatKillTakesForManyProcesses) {
  const std::array<pid_t, 4> numbers{-1, 0, 1, 2};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    note(i, numbers[i]);
  EXPECT_EQ(std::vector<pid_t>{2}, in_file());
}

}  // namespace
}  // namespace jungle::upstream

#include "upstream/guardian_process.h"

#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <sys/wait.h>

#include "base/testing/fake_time.h"
#include "upstream/guardian.h"
#include "upstream/limits.h"
#include "upstream/testing/process_test.h"

namespace jungle::upstream {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class GuardianProcessTest : public testing::ProcessTest {
 protected:
  GuardianProcessTest() { guardian_.emplace(fake_time_, log_, groups_, guardian_program()); }
  void TearDown() override {
    guardian_.reset();
    ProcessTest::TearDown();
  }
  // Returns when the guardian is a zombie.
  void kill_guardian() {
    const pid_t pid = guardian_->pid();
    ASSERT_GT(pid, 0);
    ::kill(pid, SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(0, ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT));
  }

  jungle::testing::FakeTime fake_time_{context_};
  GroupTable groups_;
  std::optional<GuardianProcess> guardian_;
};

TEST_F(GuardianProcessTest, IsStartedOnce) {
  guardian_->revive();
  EXPECT_EQ(-1, guardian_->pid());
  guardian_->ensure();
  const pid_t pid = guardian_->pid();
  EXPECT_TRUE(testing::is_alive(pid));
  guardian_->ensure();
  guardian_->revive();
  EXPECT_EQ(pid, guardian_->pid());
}

TEST_F(GuardianProcessTest, SaysWhoseItIsAndKnowsNothingOfOurEnvironment) {
  guardian_->ensure();
  const std::string folder = "/proc/" + std::to_string(guardian_->pid());
  const std::string expected = std::string(kGuardianName) + '\0' + std::to_string(::getpid()) + '\0';
  // We go on as soon as the guardian has left our memory, which is before the kernel has noted its arguments.
  std::string found;
  for (const SteadyTime end = time_.steady_now() + kPatience; found.empty() && time_.steady_now() < end;)
    found = contents(folder + "/cmdline");
  EXPECT_EQ(expected, found);
  EXPECT_EQ("", contents(folder + "/environ"));
}

TEST_F(GuardianProcessTest, EndsWithUs) {
  guardian_->ensure();
  const pid_t pid = guardian_->pid();
  guardian_.reset();
  EXPECT_FALSE(testing::is_alive(pid));
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(GuardianProcessTest, IsKilledIfItDoesNotEnd) {
  guardian_->ensure();
  const pid_t pid = guardian_->pid();
  ::kill(pid, SIGSTOP);
  guardian_.reset();
  EXPECT_FALSE(testing::is_alive(pid));
}

TEST_F(GuardianProcessTest, IsReplacedAtOnceAndThenWithGrowingPauses) {
  guardian_->ensure();
  kill_guardian();
  guardian_->revive();
  EXPECT_TRUE(log_.contains("the guardian of child processes has ended; another one is started"));
  EXPECT_TRUE(log_.contains("was killed by signal 9 (Killed)"));
  for (Millis pause = kGuardianPauseMin; pause <= 4 * kGuardianPauseMin; pause *= 2) {
    kill_guardian();
    fake_time_.advance(pause - Millis(1));
    guardian_->revive();
    EXPECT_EQ(-1, guardian_->pid());
    fake_time_.advance(Millis(1));
    guardian_->revive();
    EXPECT_GT(guardian_->pid(), 0);
  }
}

TEST_F(GuardianProcessTest, IsReplacedAtOnceAfterALongLife) {
  guardian_->ensure();
  kill_guardian();
  guardian_->revive();
  fake_time_.advance(kGuardianPauseMax);
  guardian_->revive();
  for (int i = 0; i < 2; ++i) {
    kill_guardian();
    guardian_->revive();
    ASSERT_GT(guardian_->pid(), 0) << i;
    fake_time_.advance(kGuardianPauseMax);
    guardian_->revive();
  }
}

TEST_F(GuardianProcessTest, SaysWhyThereIsNone) {
  guardian_.emplace(fake_time_, log_, groups_, GuardianProgram{"/nonexistent/program", {}});
  guardian_->ensure();
  EXPECT_EQ(-1, guardian_->pid());
  EXPECT_TRUE(log_.contains("no guardian of child processes"));
  EXPECT_TRUE(log_.contains("/nonexistent/program: no such file or directory"));
}

TEST_F(GuardianProcessTest, NeedsAProgram) {
  guardian_.emplace(fake_time_, log_, groups_, GuardianProgram{});
  guardian_->ensure();
  guardian_->revive();
  EXPECT_EQ(-1, guardian_->pid());
  EXPECT_TRUE(log_.lines().empty());
}

}  // namespace
}  // namespace jungle::upstream

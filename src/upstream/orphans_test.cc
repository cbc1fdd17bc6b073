#include "upstream/orphans.h"

#include <array>
#include <cerrno>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jungle::upstream {
namespace {

// Waits for the end of a child and leaves it a zombie. False: it is no child, or was reaped.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0;
}

pid_t make_zombie() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  EXPECT_TRUE(has_ended(pid));
  return pid;
}

bool is_reaped(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(OrphansTest, ReapsAllBesideOneThatIsAwaitedWhereverItStands) {
  for (std::size_t awaited = 0; awaited < 3; ++awaited) {
    const std::array<pid_t, 3> pids{make_zombie(), make_zombie(), make_zombie()};
    reap_orphans([&](pid_t pid) { return pid == pids[awaited]; });
    for (std::size_t i = 0; i < pids.size(); ++i)
      EXPECT_EQ(i != awaited, is_reaped(pids[i])) << i << " when " << awaited << " is awaited";
  }
}

TEST(OrphansTest, ReapsAllWhereNoneIsAwaited) {
  const std::array<pid_t, 2> pids{make_zombie(), make_zombie()};
  reap_orphans([](pid_t) { return false; });
  for (const pid_t pid : pids)
    EXPECT_TRUE(is_reaped(pid));
}

TEST(OrphansTest, LeavesTheLivingAlone) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(0, ::pipe(pipe.data()));
  const pid_t living = ::fork();
  if (living == 0) {
    ::close(pipe[1]);
    char byte = 0;
    ::_exit(::read(pipe[0], &byte, 1) == 0 ? 0 : 1);  // Returns when the test closes its end.
  }
  const pid_t awaited = make_zombie();
  reap_orphans([&](pid_t pid) { return pid == awaited; });
  EXPECT_EQ(0, ::waitpid(living, nullptr, WNOHANG)) << "still there and running";
  ::close(pipe[1]);
  EXPECT_TRUE(has_ended(living));
  reap_orphans([&](pid_t pid) { return pid == awaited; });
  EXPECT_TRUE(is_reaped(living));
  EXPECT_EQ(awaited, ::waitpid(awaited, nullptr, WNOHANG));
  ::close(pipe[0]);
}

TEST(OrphansTest, FindsTheChildrenOfOtherThreads) {
  const pid_t awaited = make_zombie();
  std::promise<pid_t> made;
  std::promise<void> reaped;
  std::thread thread([&] {
    made.set_value(make_zombie());
    reaped.get_future().wait();
  });
  const pid_t orphan = made.get_future().get();
  reap_orphans([&](pid_t pid) { return pid == awaited; });
  EXPECT_TRUE(is_reaped(orphan));
  reaped.set_value();
  thread.join();
  EXPECT_EQ(awaited, ::waitpid(awaited, nullptr, WNOHANG));
}

}  // namespace
}  // namespace jungle::upstream

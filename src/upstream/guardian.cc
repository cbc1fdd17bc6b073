#include "upstream/guardian.h"

#include <cerrno>
#include <csignal>
#include <vector>

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "upstream/group_table.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

void wait_for_end(int life) {
  for (char byte = 0;;) {
    const ssize_t size = ::read(life, &byte, sizeof(byte));
    if (size == 0 || (size < 0 && errno != EINTR)) return;
  }
}

// Sends `signal` to the groups; those that have no process left are dropped. 0 only asks.
void signal_groups(std::vector<pid_t>& groups, int signal) {
  std::erase_if(groups, [signal](pid_t group) { return ::kill(-group, signal) != 0; });
}

}  // namespace

void guard_groups(int life, int groups) {
  wait_for_end(life);
  // A child that was just being started held the pipe too until it had noted itself: the table is complete.
  std::vector<pid_t> left = read_groups(groups);
  signal_groups(left, SIGTERM);
  for (Millis waited{0}; !left.empty() && waited < kGroupTermTime; waited += kGroupPollTime) {
    ::poll(nullptr, 0, static_cast<int>(kGroupPollTime.count()));
    signal_groups(left, 0);
  }
  signal_groups(left, SIGKILL);
}

bool is_guardian(std::string_view program_name) { return program_name == kGuardianName; }

void guardian_main() {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  ::prctl(PR_SET_NAME, kGuardianName);
  guard_groups(kGuardianLifeFd, kGuardianGroupsFd);
  ::_exit(0);
}

}  // namespace jungle::upstream

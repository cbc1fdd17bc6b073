#include "upstream/orphans.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include <sys/wait.h>

namespace jungle::upstream {
namespace {

// WNOWAIT only looks: a child that somebody waits for must be left to them. 0: no child has ended.
pid_t first_ended_child() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? info.si_pid : 0;
}

// Living ones too. Each stands under the thread of ours that started or adopted it (proc(5), CONFIG_PROC_CHILDREN).
std::vector<pid_t> all_children() {
  std::vector<pid_t> pids;
  std::error_code ec;
  for (std::filesystem::directory_iterator thread("/proc/self/task", ec), end; !ec && thread != end;
       thread.increment(ec)) {
    std::ifstream children(thread->path() / "children");
    for (pid_t pid = 0; children >> pid;)
      pids.push_back(pid);
  }
  return pids;
}

}  // namespace

void reap_orphans(const std::function<bool(pid_t)>& is_awaited) {
  for (;;) {
    const pid_t pid = first_ended_child();
    if (pid == 0) return;
    if (is_awaited(pid)) break;  // The kernel shows no other one before this one is reaped.
    ::waitpid(pid, nullptr, WNOHANG);
  }
  for (const pid_t pid : all_children()) {
    if (!is_awaited(pid)) ::waitpid(pid, nullptr, WNOHANG);
  }
}

}  // namespace jungle::upstream

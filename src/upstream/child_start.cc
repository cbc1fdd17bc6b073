#include "upstream/child_start.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sched.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/open_files.h"
#include "upstream/pipe.h"

// The C library's clone() by the name that ThreadSanitizer does not intercept: what it would do in the child is for
// children with memory of their own.
extern "C" int __clone(int (*function)(void*), void* stack_top, int flags, void* argument, ...) noexcept;

namespace jungle::upstream {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;  // For a dozen system calls; it is ours again after exec.

static_assert(sizeof(rlimit::rlim_cur) == sizeof(std::uint64_t), "an rlimit is what prlimit64 takes");
static_assert(sizeof(long) == sizeof(off_t), "an offset fits into one argument of a raw system call");

// What the child reads. Its fields are plain, so that reading them calls nothing.
struct Plan {
  ChildStart* start;
  const int* fds;
  int fd_count;
  pid_t parent;
  rlimit open_files;
};

// The functions below run in our address space while the calling thread is suspended, so nothing of them may take a
// lock, allocate, or be intercepted by a sanitizer: raw system calls only.
#if defined(__clang__)
#define JUNGLE_RAW __attribute__((disable_sanitizer_instrumentation))
#else
#define JUNGLE_RAW __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

JUNGLE_RAW bool bind(const Plan& plan) {
  if (plan.start->bond == Bond::kGuardian) return syscall(SYS_setsid) >= 0;
  syscall(SYS_setpgid, 0, 0);
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (syscall(SYS_getppid) != plan.parent) syscall(SYS_exit_group, 127);  // We died before prctl.
  return true;
}

JUNGLE_RAW bool note_pid(const PidNote& note) {
  if (note.file < 0) return true;
  const pid_t pid = static_cast<pid_t>(syscall(SYS_getpid));
  return syscall(SYS_pwrite64, note.file, &pid, sizeof(pid), note.offset) == sizeof(pid);
}

JUNGLE_RAW void take_descriptors(const Plan& plan) {
  for (int i = 0; i < plan.fd_count; ++i)
    syscall(SYS_dup3, plan.fds[i], i, 0);
  // Every descriptor of ours is close-on-exec already; this is for those that a library forgot.
  syscall(SYS_close_range, plan.fd_count, ~0U, CLOSE_RANGE_CLOEXEC);
  syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &plan.open_files, nullptr);
}

// exec resets handlers; what we ignore (SIGPIPE) would stay ignored. All zeros is the default disposition.
JUNGLE_RAW void reset_signals() {
  const unsigned long zeros[4] = {0, 0, 0, 0};
  const int signals[] = {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2};
  for (const int signal : signals)
    syscall(SYS_rt_sigaction, signal, zeros, nullptr, sizeof(unsigned long));
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, nullptr, sizeof(unsigned long));
}

JUNGLE_RAW int child_main(void* argument) {
  const Plan& plan = *static_cast<const Plan*>(argument);
  ChildStart& start = *plan.start;
  if (bind(plan) && note_pid(start.note)) {
    take_descriptors(plan);
    if (start.cwd != nullptr && syscall(SYS_chdir, start.cwd) != 0) {
      start.failed_in_chdir = true;
    } else {
      reset_signals();
      syscall(SYS_execve, start.file, start.argv, start.envp);
    }
  }
  start.failed_errno = errno;
  syscall(SYS_exit_group, 127);
  return 127;
}

}  // namespace

pid_t start_child(ChildStart& start, int& pidfd) {
  JUNGLE_CHECK(start.fds.size() <= kChildFdsMax);
  Plan plan{&start, start.fds.data(), static_cast<int>(start.fds.size()), ::getpid(), given_open_files_limit()};
  const auto stack = std::make_unique<std::byte[]>(kStackBytes);
  auto top = reinterpret_cast<std::uintptr_t>(stack.get()) + kStackBytes;
  top &= ~std::uintptr_t{15};
  void* const stack_top = reinterpret_cast<void*>(top);
  // Signals are blocked meanwhile: a handler of ours must not run in the child.
  sigset_t all;
  sigset_t former;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &former);
  constexpr int kFlags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  pid_t pid = __clone(child_main, stack_top, kFlags | CLONE_PIDFD, &plan, &pidfd);
  if (pid < 0 && errno == EINVAL) pid = __clone(child_main, stack_top, kFlags, &plan);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
  errno = error;
  return pid;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace jungle::upstream

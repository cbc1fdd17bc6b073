#include "upstream/spawner.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <memory>
#include <sched.h>
#include <system_error>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/blocking.h"
#include "base/text.h"
#include "upstream/child_environment.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kChildStackBytes = 128 * 1024;  // For a dozen system calls; it is ours again after exec.
constexpr int kFirstFreeFd = 3;

// What the child needs to know, all prepared before it exists.
struct ChildPlan {
  const char* file;
  char* const* argv;
  char* const* envp;
  const char* cwd;  // Null: stay.
  int in, out, err;
  pid_t parent;
  // Written by the child, in our memory.
  int failed_errno = 0;
  bool failed_in_chdir = false;
};

// Raw system calls only: this runs in our address space while the calling thread is suspended, so nothing of it may
// take a lock, allocate, or be intercepted by a sanitizer.
__attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined"))) int child_main(
    void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  syscall(SYS_setpgid, 0, 0);
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (syscall(SYS_getppid) != plan->parent) syscall(SYS_exit_group, 127);  // We died before prctl.
  // exec resets handlers; what we ignore (SIGPIPE) would stay ignored. All zeros is the default disposition.
  const std::array<unsigned long, 4> default_action{};
  for (const int signal : {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2}) {
    syscall(SYS_rt_sigaction, signal, default_action.data(), nullptr, sizeof(unsigned long));
  }
  syscall(SYS_dup3, plan->in, STDIN_FILENO, 0);
  syscall(SYS_dup3, plan->out, STDOUT_FILENO, 0);
  syscall(SYS_dup3, plan->err, STDERR_FILENO, 0);
  // Every descriptor of ours is close-on-exec already; this is for those that a library forgot.
  syscall(SYS_close_range, kFirstFreeFd, ~0U, CLOSE_RANGE_CLOEXEC);
  if (plan->cwd != nullptr && syscall(SYS_chdir, plan->cwd) != 0) {
    plan->failed_in_chdir = true;
    plan->failed_errno = errno;
    syscall(SYS_exit_group, 127);
  }
  const unsigned long no_signals = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof(no_signals));
  syscall(SYS_execve, plan->file, plan->argv, plan->envp);
  plan->failed_errno = errno;
  syscall(SYS_exit_group, 127);
  return 127;
}

std::string reason_of(int error) {
  if (error == ENOENT) return "no such file or directory";
  if (error == EACCES) return "permission denied";
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

Error start_error(std::string_view command, std::string_view reason, std::string_view hint) {
  std::string message = "failed to start command: ";
  message.append(command).append(": ").append(reason).append(hint);
  return Error{ErrorCode::kUnavailable, std::move(message), {}};
}

struct Pipe {
  FileDescriptor read, write;
};

// Both ends close-on-exec and above the standard streams, so that dup onto those cannot hit another pipe.
Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    return Error{ErrorCode::kUnavailable, "failed to start command: pipe: " + reason_of(errno), {}};
  }
  Pipe pipe{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
  for (FileDescriptor* end : {&pipe.read, &pipe.write}) {
    if (end->get() >= kFirstFreeFd) continue;
    const int moved = ::fcntl(end->get(), F_DUPFD_CLOEXEC, kFirstFreeFd);
    if (moved < 0) return Error{ErrorCode::kUnavailable, "failed to start command: " + reason_of(errno), {}};
    *end = FileDescriptor(moved);
  }
  return pipe;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Makes the child. Signals are blocked meanwhile: a handler of ours must not run in it.
pid_t clone_child(ChildPlan& plan, int& pidfd) {
  const auto stack = std::make_unique<std::byte[]>(kChildStackBytes);
  auto top = reinterpret_cast<std::uintptr_t>(stack.get()) + kChildStackBytes;
  top &= ~std::uintptr_t{15};
  sigset_t all;
  sigset_t former;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &former);
  constexpr int kFlags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  void* const stack_top = reinterpret_cast<void*>(top);
  pid_t pid = ::clone(child_main, stack_top, kFlags | CLONE_PIDFD, &plan, &pidfd);
  if (pid < 0 && errno == EINVAL) pid = ::clone(child_main, stack_top, kFlags, &plan);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
  errno = error;
  return pid;
}

bool is_executable_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Spawner::Spawner() = default;

Spawner::~Spawner() { thread_.join(); }

Task<Result<SpawnedProcess>> Spawner::spawn(SpawnRequest request) {
  auto work = [this, &request] { return spawn_now(request); };
  co_return co_await run_blocking(thread_, std::move(work));
}

Result<SpawnedProcess> Spawner::spawn_now(const SpawnRequest& request) {
  const auto file = find_command(request.command, find_variable(request.environment, "PATH").value_or(""));
  if (!file) return file.error();
  auto in = make_pipe();
  if (!in) return in.error();
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = make_pipe();
  if (!err) return err.error();

  std::vector<std::string> args{request.command};
  args.insert(args.end(), request.args.begin(), request.args.end());
  std::vector<std::string> environment = request.environment;
  const std::vector<char*> argv = pointers_to(args);
  const std::vector<char*> envp = pointers_to(environment);
  ChildPlan plan{.file = file->c_str(),
                 .argv = argv.data(),
                 .envp = envp.data(),
                 .cwd = request.cwd.empty() ? nullptr : request.cwd.c_str(),
                 .in = in->read.get(),
                 .out = out->write.get(),
                 .err = err->write.get(),
                 .parent = ::getpid()};
  int pidfd = -1;
  const pid_t pid = clone_child(plan, pidfd);
  if (pid < 0) return start_error(request.command, reason_of(errno), {});
  FileDescriptor owned_pidfd(pidfd);
  if (plan.failed_errno != 0) {
    ::waitpid(pid, nullptr, 0);
    if (plan.failed_in_chdir) {
      return Error{ErrorCode::kUnavailable,
                   "failed to start command: cannot change to the directory '" + request.cwd +
                       "': " + reason_of(plan.failed_errno) + "; correct 'cwd'",
                   {}};
    }
    const bool no_interpreter = plan.failed_errno == ENOENT && is_executable_file(*file);
    return start_error(request.command, reason_of(plan.failed_errno),
                       no_interpreter ? " (the file is there, the interpreter that its first line names is not)" : "");
  }
  ours_.with([&](std::set<pid_t>& ours) { ours.insert(pid); });
  return SpawnedProcess{pid, std::move(owned_pidfd), std::move(in->write), std::move(out->read), std::move(err->read)};
}

std::optional<int> Spawner::reap(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  ours_.with([&](std::set<pid_t>& ours) { ours.erase(pid); });
  return status;
}

int Spawner::reap_orphans() {
  // Runs on the spawning thread, so no child of ours is alive and unknown to `ours_`. WNOWAIT only looks: a child that
  // somebody waits for must be left to them.
  for (int count = 0;; ++count) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return count;
    const pid_t pid = info.si_pid;
    if (ours_.with([&](const std::set<pid_t>& ours) { return ours.count(pid) != 0; })) return count;
    ::waitpid(pid, nullptr, WNOHANG);
  }
}

Task<void> Spawner::run_reaper(Time& time) {
  if (::getpid() != 1) co_return;
  for (;;) {
    co_await time.sleep_until(time.steady_now() + kReapPeriod);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    auto work = [this] { return reap_orphans(); };
    co_await run_blocking(thread_, std::move(work));
  }
}

Result<std::string> find_command(const std::string& command, std::string_view path) {
  if (command.find('/') != std::string::npos) return command;  // exec says what is wrong with it.
  for (const std::string& folder : split(path, ':')) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + command;
    if (is_executable_file(file)) return file;
  }
  return start_error(command, "no such file or directory", missing_command_hint(command));
}

std::string missing_command_hint(std::string_view command) {
  struct Known {
    std::string_view command, how;
  };
  static constexpr std::array<Known, 9> kKnown{{
      {"npx", "it comes with Node.js (https://nodejs.org, or 'apt install npm')"},
      {"npm", "it comes with Node.js (https://nodejs.org, or 'apt install npm')"},
      {"node", "install Node.js (https://nodejs.org, or 'apt install nodejs')"},
      {"uvx", "it comes with uv (https://docs.astral.sh/uv)"},
      {"uv", "install uv (https://docs.astral.sh/uv)"},
      {"python", "install Python, or use 'python3'"},
      {"bunx", "it comes with Bun (https://bun.sh)"},
      {"deno", "install Deno (https://deno.com)"},
      {"docker", "install the Docker client, and give the gateway access to its socket"},
  }};
  const std::string_view name = command.substr(command.rfind('/') + 1);
  std::string text = "; no '" + std::string(command) + "' is on the gateway's PATH";
  for (const Known& known : kKnown) {
    if (known.command == name) text.append(": ").append(known.how);
  }
  return text + ". In a container it must be part of the gateway's image";
}

}  // namespace jungle::upstream

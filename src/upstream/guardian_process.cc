#include "upstream/guardian_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "upstream/child_process.h"
#include "upstream/child_start.h"
#include "upstream/guardian.h"
#include "upstream/limits.h"
#include "upstream/pipe.h"

namespace jungle::upstream {
namespace {

Error failure(const std::string& what, int error) {
  return Error{ErrorCode::kUnavailable, what + ": " + reason_of(error), {}};
}

}  // namespace

GuardianProcess::GuardianProcess(Time& time, telemetry::Log& log, const GroupTable& groups, GuardianProgram program)
    : time_(time), log_(log), groups_(groups), program_(std::move(program)) {}

GuardianProcess::~GuardianProcess() {
  if (pid_ > 0) end();
}

void GuardianProcess::ensure() {
  if (std::exchange(wanted_, true) || program_.file.empty()) return;
  start();
}

void GuardianProcess::revive() {
  if (!wanted_ || program_.file.empty()) return;
  const SteadyTime now = time_.steady_now();
  if (pid_ > 0 && !has_died()) {
    if (now - started_ >= kGuardianPauseMax) pause_ = Millis{0};
    return;
  }
  if (now >= retry_at_) start();
}

void GuardianProcess::start() {
  started_ = time_.steady_now();
  retry_at_ = started_ + pause_;
  pause_ = std::clamp(pause_ * 2, kGuardianPauseMin, kGuardianPauseMax);
  if (auto started = try_start(); !started) {
    log_.warn("no guardian of child processes: if the gateway were killed, what servers have started would stay",
              {{"error", started.error().message}});
  }
}

Result<void> GuardianProcess::try_start() {
  if (groups_.file() < 0) return Error{ErrorCode::kUnavailable, "the system offers no files in memory", {}};
  auto life = make_pipe();
  if (!life) return life.error();
  const FileDescriptor null = above_child_fds(FileDescriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  if (!null.valid()) return failure("/dev/null", errno);

  std::vector<std::string> words{kGuardianName, std::to_string(::getpid())};  // For `ps`: whose it is.
  std::vector<std::string> environment = program_.environment;
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(environment);
  const std::array<int, 4> fds{life->read.get(), null.get(), null.get(), groups_.file()};
  ChildStart start{.file = program_.file.c_str(),
                   .argv = argv.data(),
                   .envp = envp.data(),
                   .cwd = "/",
                   .fds = fds,
                   .bond = Bond::kGuardian,
                   .note = {}};
  int pidfd = -1;
  const pid_t pid = start_child(start, pidfd);
  FileDescriptor owned_pidfd(pidfd);
  if (pid < 0) return failure("clone", errno);
  if (start.failed_errno != 0) {
    ::waitpid(pid, nullptr, 0);
    return failure(program_.file, start.failed_errno);
  }
  pid_ = pid;
  pidfd_ = std::move(owned_pidfd);
  life_ = std::move(life->write);
  return {};
}

bool GuardianProcess::has_died() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return false;
  log_.warn("the guardian of child processes has ended; another one is started",
            {{"pid", pid_}, {"why", describe_exit(status)}});
  pid_ = -1;
  life_.close();
  return true;
}

void GuardianProcess::end() {
  life_.close();
  for (Millis waited{0}; waited < kGuardianEndTime; waited += kGroupPollTime) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
    pollfd exit{pidfd_.get(), POLLIN, 0};  // Without a pidfd: just waits.
    ::poll(&exit, 1, static_cast<int>(kGroupPollTime.count()));
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace jungle::upstream

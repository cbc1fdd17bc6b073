#include "upstream/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <sys/wait.h>

#include "base/check.h"
#include "base/result.h"
#include "base/with_deadline.h"

namespace jungle::upstream {
namespace {

Task<Result<void>> exit_of(ChildProcess& child) {
  co_await child.wait_exit();
  co_return Result<void>();
}

}  // namespace

ChildProcess::ChildProcess(Executor executor, Time& time, Spawner& spawner, SpawnedProcess process)
    : time_(time),
      spawner_(spawner),
      pid_(process.pid),
      in_(executor, process.in.release()),
      out_(executor, process.out.release()),
      err_(executor, process.err.release()),
      pidfd_(executor) {
  if (process.pidfd.valid()) pidfd_.assign(process.pidfd.release());
}

ChildProcess::~ChildProcess() { JUNGLE_CHECK(status_.has_value()); }

bool ChildProcess::has_exited() const {
  if (status_) return true;
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
}

std::string ChildProcess::exit_text() const {
  if (status_) return describe_exit(*status_);
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid_)
    return {};
  return describe_exit(info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status);
}

Task<void> ChildProcess::wait_exit() {
  while (!has_exited()) {
    if (pidfd_.is_open()) {
      auto [ec] = co_await pidfd_.async_wait(Stream::wait_read, asio::as_tuple(use_task));
      (void)ec;  // Cancelled, or ready: both are looked at below.
    } else {
      co_await time_.sleep_until(time_.steady_now() + kExitPollTime);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

Task<bool> ChildProcess::exits_within(Millis limit) {
  auto exit = exit_of(*this);
  auto ended = co_await with_deadline(time_, time_.steady_now() + limit, std::move(exit));
  co_return ended.has_value();
}

Task<void> ChildProcess::end(EndTimes times) {
  boost::system::error_code ignored;
  in_.close(ignored);
  const bool after_eof = co_await exits_within(times.eof);
  if (!after_eof) {
    ::kill(-pid_, SIGTERM);
    const bool after_term = co_await exits_within(times.term);
    if (!after_term) ::kill(-pid_, SIGKILL);
    co_await wait_exit();
  }
  while (!reap())
    co_await time_.sleep_until(time_.steady_now() + kExitPollTime);
  co_await end_group(times.group);
  spawner_.group_ended(pid_);
  out_.close(ignored);
  err_.close(ignored);
  if (pidfd_.is_open()) pidfd_.close(ignored);
}

// False: it has not ended.
bool ChildProcess::reap() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  status_ = status;
  return true;
}

// The leader is reaped, so the group has members only if it left some. The number of an empty group cannot be given to
// another one meanwhile: the kernel hands process numbers out in a circle, and skips those in use as a group.
Task<void> ChildProcess::end_group(Millis limit) {
  if (::kill(-pid_, SIGTERM) != 0) co_return;
  const SteadyTime kill_at = time_.steady_now() + limit;
  while (time_.steady_now() < kill_at) {
    co_await time_.sleep_until(std::min(kill_at, time_.steady_now() + kGroupPollTime));
    if (::kill(-pid_, 0) != 0) co_return;
  }
  ::kill(-pid_, SIGKILL);
}

std::string describe_exit(int status) {
  if (WIFEXITED(status)) return "exited with code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = ::strsignal(signal);
  return "was killed by signal " + std::to_string(signal) + (name != nullptr ? " (" + std::string(name) + ")" : "");
}

}  // namespace jungle::upstream

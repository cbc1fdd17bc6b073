#include "upstream/spawner.h"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/blocking.h"
#include "base/cancelled.h"
#include "base/text.h"
#include "upstream/child_environment.h"
#include "upstream/child_start.h"
#include "upstream/limits.h"
#include "upstream/orphans.h"
#include "upstream/pipe.h"

namespace jungle::upstream {
namespace {

Error start_error(std::string_view command, std::string_view reason, std::string_view hint) {
  std::string message = "failed to start command: ";
  message.append(command).append(": ").append(reason).append(hint);
  return Error{ErrorCode::kUnavailable, std::move(message), {}};
}

Error too_many_error(const std::string& command) {
  return Error{ErrorCode::kLimitExceeded,
               "failed to start command: " + command + ": " + std::to_string(kChildGroupsMax) +
                   " process groups of servers are there already",
               {}};
}

struct Pipes {
  Pipe in, out, err;
};

Result<Pipes> make_pipes() {
  auto in = make_pipe();
  if (!in) return in.error();
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = make_pipe();
  if (!err) return err.error();
  return Pipes{std::move(*in), std::move(*out), std::move(*err)};
}

bool is_executable_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

Error failed_start(const SpawnRequest& request, const std::string& file, int error, bool in_chdir) {
  if (in_chdir) {
    return Error{ErrorCode::kUnavailable,
                 "failed to start command: cannot change to the directory '" + request.cwd + "': " + reason_of(error) +
                     "; correct 'cwd'",
                 {}};
  }
  const bool no_interpreter = error == ENOENT && is_executable_file(file);
  return start_error(request.command, reason_of(error),
                     no_interpreter ? " (the file is there, the interpreter that its first line names is not)" : "");
}

}  // namespace

Spawner::Spawner(Time& time, telemetry::Log& log, GuardianProgram guardian)
    : time_(time),
      is_init_(::getpid() == 1),
      guardian_(time, log, groups_, is_init_ ? GuardianProgram{} : std::move(guardian)) {}

Spawner::~Spawner() { thread_.join(); }

Task<Result<SpawnedProcess>> Spawner::spawn(SpawnRequest request) {
  auto work = [this, &request] { return spawn_now(request); };
  co_return co_await run_blocking(thread_, std::move(work));
}

Result<SpawnedProcess> Spawner::spawn_now(const SpawnRequest& request) {
  const auto file = find_command(request.command, find_variable(request.environment, "PATH").value_or(""));
  if (!file) return file.error();
  auto pipes = make_pipes();
  if (!pipes) return with_context(pipes.error(), "failed to start command");

  std::vector<std::string> args{request.command};
  args.insert(args.end(), request.args.begin(), request.args.end());
  std::vector<std::string> environment = request.environment;
  const std::vector<char*> argv = pointers_to(args);
  const std::vector<char*> envp = pointers_to(environment);
  const std::array<int, 3> fds{pipes->in.read.get(), pipes->out.write.get(), pipes->err.write.get()};
  guardian_.ensure();
  const auto place = groups_.reserve();
  if (!place) return too_many_error(request.command);
  ChildStart start{.file = file->c_str(),
                   .argv = argv.data(),
                   .envp = envp.data(),
                   .cwd = request.cwd.empty() ? nullptr : request.cwd.c_str(),
                   .fds = fds,
                   .bond = Bond::kChild,
                   .note = groups_.note_at(*place)};
  int pidfd = -1;
  const pid_t pid = start_child(start, pidfd);
  const int error = pid < 0 ? errno : start.failed_errno;
  FileDescriptor owned_pidfd(pidfd);
  if (error != 0) {
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    groups_.settle(*place, 0);
    return failed_start(request, *file, error, start.failed_in_chdir);
  }
  groups_.settle(*place, pid);
  return SpawnedProcess{pid, std::move(owned_pidfd), std::move(pipes->in.write), std::move(pipes->out.read),
                        std::move(pipes->err.read)};
}

void Spawner::group_ended(pid_t pid) { groups_.remove(pid); }

void Spawner::do_upkeep() {
  guardian_.revive();
  // On the spawning thread, so every child of ours that is there stands in the table.
  if (is_init_) reap_orphans([this](pid_t pid) { return groups_.contains(pid); });
}

Task<void> Spawner::run_upkeep() {
  for (;;) {
    co_await time_.sleep_until(time_.steady_now() + kUpkeepPeriod);
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
    auto work = [this] {
      do_upkeep();
      return true;
    };
    co_await run_blocking(thread_, std::move(work));
    // A cancellation that came meanwhile would not end the sleep.
    const bool stopped = co_await is_cancelled();
    if (stopped) co_return;
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

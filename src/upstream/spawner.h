// Starting processes.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <sys/types.h>

#include "base/guarded.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "upstream/file_descriptor.h"

namespace jungle::upstream {

// What to start. A value.
struct SpawnRequest {
  std::string command;  // A name that PATH (of `environment`) finds, or a path.
  std::vector<std::string> args;
  std::vector<std::string> environment;  // "NAME=value" each, complete.
  std::string cwd;                       // Empty: ours.
};

// A process that was started: the leader of a process group of its own, its three streams ours.
struct SpawnedProcess {
  pid_t pid = -1;
  FileDescriptor pidfd;  // Invalid where the kernel or a sandbox does not offer it.
  FileDescriptor in, out, err;
};

// Starts child processes, on a thread of its own that lives as long as the process: the kernel sends a child its
// "parent died" signal when the *thread* that made it ends. The child shares our memory until it has called exec
// (CLONE_VM | CLONE_VFORK), so that starting one costs the same however big we are.
//
// No shell. The child gets: its own process group, SIGKILL when we die (prctl PR_SET_PDEATHSIG), default signal
// dispositions, an empty signal mask, and no descriptor of ours but its three pipes.
//
// One per process, outlives every child. spawn() may be called on any executor.
class Spawner {
 public:
  Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;
  ~Spawner();  // Waits for starts in progress.

  // Errors: kUnavailable with the text "failed to start command: <command>: no such file or directory" (or another
  // reason), and what to do about it. Not cancellable; takes milliseconds.
  Task<Result<SpawnedProcess>> spawn(SpawnRequest request);

  // Waits for `pid` without blocking and, if it has ended, forgets it. Returns its wait status.
  std::optional<int> reap(pid_t pid);

  // As PID 1 of a container every orphan becomes our child: reaps those that are not ours to wait for, every
  // kReapPeriod until cancelled. Does nothing unless we are PID 1.
  Task<void> run_reaper(Time& time);

 private:
  Result<SpawnedProcess> spawn_now(const SpawnRequest& request);
  int reap_orphans();

  asio::thread_pool thread_{1};
  Guarded<std::set<pid_t>> ours_;  // Children that somebody waits for.
};

// The file that `command` names: itself if it contains a slash, else the first executable one in `path`. kUnavailable
// says what is missing and how to get it. Reads the file system.
Result<std::string> find_command(const std::string& command, std::string_view path);

// Why a command could not be started, for people: ends with how to get npx, uvx, docker and so on, if it is one of
// them.
std::string missing_command_hint(std::string_view command);

}  // namespace jungle::upstream

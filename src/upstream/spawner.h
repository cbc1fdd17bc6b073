// Starting processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <sys/types.h>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "telemetry/log.h"
#include "upstream/group_table.h"
#include "upstream/guardian_process.h"

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
// "parent died" signal when the *thread* that made it ends. See child_start.h for what a child gets.
//
// Keeps the table of their process groups, and the guardian that ends those groups when we are killed. The first child
// starts the guardian. As PID 1 there is none: the kernel ends all that runs in our PID namespace.
//
// One per process, outlives every child. spawn() and group_ended() may be called on any executor.
class Spawner {
 public:
  Spawner(Time& time, telemetry::Log& log, GuardianProgram guardian);
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;
  ~Spawner();  // Waits for starts in progress, then for the guardian.

  // Errors: kUnavailable with the text "failed to start command: <command>: no such file or directory" (or another
  // reason), and what to do about it; kLimitExceeded when kChildGroupsMax groups are there. Not cancellable; takes
  // milliseconds.
  Task<Result<SpawnedProcess>> spawn(SpawnRequest request);

  // No process is left in the group that `pid` led, but for some that have been sent SIGKILL, and `pid` is reaped. To
  // be called once for every process that spawn() gave.
  void group_ended(pid_t pid);

  // Every kUpkeepPeriod until cancelled: starts another guardian if ours has died. As PID 1 of a container, where every
  // orphan becomes our child, reaps those that are not ours to wait for.
  Task<void> run_upkeep();

  const GroupTable& groups() const { return groups_; }

 private:
  Result<SpawnedProcess> spawn_now(const SpawnRequest& request);
  void do_upkeep();

  Time& time_;
  const bool is_init_;  // PID 1.
  GroupTable groups_;
  GuardianProcess guardian_;  // Only on the thread.
  asio::thread_pool thread_{1};
};

// The file that `command` names: itself if it contains a slash, else the first executable one in `path`. kUnavailable
// says what is missing and how to get it. Reads the file system.
Result<std::string> find_command(const std::string& command, std::string_view path);

// Why a command could not be started, for people: ends with how to get npx, uvx, docker and so on, if it is one of
// them.
std::string missing_command_hint(std::string_view command);

}  // namespace jungle::upstream

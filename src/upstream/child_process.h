// A running child process.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "base/task.h"
#include "base/time.h"
#include "upstream/limits.h"
#include "upstream/spawner.h"

namespace jungle::upstream {

// How long the steps of ending a child may take.
struct EndTimes {
  Millis eof = kEofTime;          // From closing its stdin to SIGTERM.
  Millis term = kTermTime;        // From SIGTERM to SIGKILL.
  Millis group = kGroupTermTime;  // For leftovers in its group, from SIGTERM to SIGKILL.
};

// One child process, the leader of its process group, and our ends of its pipes. Owned by a channel, used on
// `executor`. Must be ended: end() is the one way out.
class ChildProcess {
 public:
  using Stream = asio::posix::basic_stream_descriptor<Executor>;

  ChildProcess(Executor executor, Time& time, Spawner& spawner, SpawnedProcess process);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();  // REQUIRES: end() has returned.

  Stream& in() { return in_; }
  Stream& out() { return out_; }
  Stream& err() { return err_; }
  pid_t pid() const { return pid_; }

  // Returns when the process has ended, or the coroutine is cancelled. It stays a zombie until end().
  Task<void> wait_exit();
  // Whether it has ended.
  bool has_exited() const;
  // "exited with code 1", "was killed by signal 9 (Killed)"; empty while it runs.
  std::string exit_text() const;

  // Closes stdin and, where that is not enough in time, sends SIGTERM, then SIGKILL, to the whole group; reaps the
  // process and ends what it left behind in its group. What it still writes should be read meanwhile.
  // REQUIRES: the coroutine is not being cancelled.
  Task<void> end(EndTimes times);

 private:
  Task<bool> exits_within(Millis limit);
  bool reap();
  Task<void> end_group(Millis limit);

  Time& time_;
  Spawner& spawner_;
  const pid_t pid_;
  Stream in_, out_, err_;
  Stream pidfd_;  // Not open where there is none.
  std::optional<int> status_;
};

// "exited with code 1" and so on, for a status of waitpid.
std::string describe_exit(int status);

}  // namespace jungle::upstream

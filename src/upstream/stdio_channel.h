// A child process as a channel of messages.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/redactor.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "telemetry/log.h"
#include "upstream/child_log.h"
#include "upstream/child_process.h"
#include "upstream/line_splitter.h"

namespace jungle::upstream {

// Who listens to a StdioChannel. Called on its executor, from its reading coroutine; must not destroy the channel.
class ChannelListener {
 public:
  virtual ~ChannelListener() = default;
  // One line of the child's standard output that looks like a JSON object or array.
  virtual void on_message(std::string text) = 0;
  // No message will follow. `why` names what happened: "it exited with code 1; its last output: ...". Called once.
  virtual void on_end(const std::string& why) = 0;
};

// Newline-delimited messages to and from one child process (MCP 2026-07-28 basic/transports/stdio). Reads while it
// writes, so neither side can block the other; drains standard error into the log; skips output that is no message.
//
// Owned by a session, used on `executor`. end() must have returned before it is destroyed. Does not know JSON-RPC.
class StdioChannel {
 public:
  // What the log calls the server, and what it must not say.
  struct Label {
    std::string server;
    Redactor redactor;
  };

  StdioChannel(Executor executor, Time& time, telemetry::Log& log, Spawner& spawner, Label label,
               SpawnedProcess process, ChannelListener& listener);
  StdioChannel(const StdioChannel&) = delete;
  StdioChannel& operator=(const StdioChannel&) = delete;

  // Puts one message into the queue. Raw newlines, which JSON allows between tokens, become spaces. kUnavailable if
  // the channel has ended, kLimitExceeded if the child has left kWriteQueueBytesMax unread.
  Result<void> send(std::string text);

  bool ended() const { return ended_; }
  pid_t pid() const { return child_.pid(); }

  // Ends the process and its group (ChildProcess::end), and every coroutine of the channel. The listener hears nothing
  // more. REQUIRES: the coroutine is not being cancelled.
  Task<void> end(EndTimes times);

 private:
  Task<void> run_reader();
  Task<void> run_stderr();
  Task<void> run_writer();
  Task<void> run_watch();
  Task<void> run_exit();
  Task<Result<void>> until_silent();
  void take_line(std::string line);
  void announce_end();

  Executor executor_;
  Time& time_;
  telemetry::Log& log_;
  const std::string server_;
  const Redactor redactor_;
  ChannelListener* listener_;  // Null once it has heard of the end.
  ChildProcess child_;
  ChildLog child_log_;
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  Signal outgoing_signal_;
  Signal progress_;  // One of the three below changed.
  bool out_closed_ = false;
  bool err_closed_ = false;
  bool exited_ = false;
  bool ended_ = false;
  bool ending_ = false;
  std::size_t garbage_lines_ = 0;
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

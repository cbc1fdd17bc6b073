// A child process as a channel of messages.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "telemetry/log.h"
#include "upstream/child_log.h"
#include "upstream/child_process.h"
#include "upstream/line_splitter.h"
#include "upstream/message_channel.h"
#include "upstream/server_facts.h"

namespace jungle::upstream {

// Newline-delimited messages to and from one child process (MCP 2026-07-28 basic/transports/stdio). Reads while it
// writes, so neither side can block the other; drains standard error into the log; skips output that is no message.
//
// On `executor`.
class StdioChannel final : public MessageChannel {
 public:
  StdioChannel(Executor executor, Time& time, telemetry::Log& log, Spawner& spawner,
               std::shared_ptr<const ServerFacts> facts, SpawnedProcess process, ChannelListener& listener);
  StdioChannel(const StdioChannel&) = delete;
  StdioChannel& operator=(const StdioChannel&) = delete;

  // Raw newlines, which JSON allows between tokens, become spaces. kLimitExceeded if the child has left
  // kWriteQueueBytesMax unread.
  Result<void> send(std::string text, std::uint64_t request_id) override;
  bool ended() const override { return ended_; }
  // Ends the process and its group (ChildProcess::end).
  Task<void> end() override;
  Task<void> end_within(EndTimes times);

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
  const std::shared_ptr<const ServerFacts> facts_;
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

// Starts a process of a stdio server for each channel.
class StdioMaker final : public ChannelMaker {
 public:
  StdioMaker(Executor executor, Time& time, telemetry::Log& log, Spawner& spawner,
             std::shared_ptr<const ServerFacts> facts)
      : executor_(executor), time_(time), log_(log), spawner_(spawner), facts_(std::move(facts)) {}

  Task<Result<std::unique_ptr<MessageChannel>>> make(ChannelListener& listener) override;

 private:
  const Executor executor_;
  Time& time_;
  telemetry::Log& log_;
  Spawner& spawner_;
  const std::shared_ptr<const ServerFacts> facts_;
};

}  // namespace jungle::upstream

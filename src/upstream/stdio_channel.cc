#include "upstream/stdio_channel.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "base/cancelled.h"
#include "base/text.h"
#include "base/with_deadline.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kGarbageBytesLogged = 200;

TaskGroup::OnError log_bug(telemetry::Log& log) {
  return [&log](std::exception_ptr error) {
    (void)error;
    log.error("an exception left a coroutine of a stdio channel");
  };
}

}  // namespace

StdioChannel::StdioChannel(Executor executor, Time& time, telemetry::Log& log, Spawner& spawner,
                           std::shared_ptr<const ServerFacts> facts, SpawnedProcess process, ChannelListener& listener)
    : executor_(executor),
      time_(time),
      log_(log),
      facts_(std::move(facts)),
      listener_(&listener),
      child_(executor, time, spawner, std::move(process)),
      child_log_(time, log, facts_->spec.name.str(), facts_->redactor),
      outgoing_signal_(executor),
      progress_(executor),
      tasks_(executor, log_bug(log)) {
  tasks_.spawn(run_reader());
  tasks_.spawn(run_stderr());
  tasks_.spawn(run_writer());
  tasks_.spawn(run_exit());
  tasks_.spawn(run_watch());
}

Result<void> StdioChannel::send(std::string text, std::uint64_t) {
  const std::string& server = facts_->spec.name.str();
  if (ended_ || ending_) return Error{ErrorCode::kUnavailable, "the process of server '" + server + "' has ended", {}};
  if (outgoing_bytes_ + text.size() > kWriteQueueBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "server '" + server + "' does not read its standard input", {}};
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  text += '\n';
  outgoing_bytes_ += text.size();
  outgoing_.push_back(std::move(text));
  outgoing_signal_.notify_all();
  return {};
}

Task<void> StdioChannel::run_writer() {
  for (;;) {
    while (outgoing_.empty()) {
      const bool woken = co_await outgoing_signal_.wait();
      if (!woken) co_return;
    }
    // It stays at the front while it is written: send() only adds behind it.
    const auto buffer = asio::buffer(outgoing_.front());
    auto [ec, written] = co_await asio::async_write(child_.in(), buffer, asio::as_tuple(use_task));
    (void)written;
    if (ec) co_return;  // It closed its standard input, or was ended; its exit is noticed elsewhere.
    outgoing_bytes_ -= outgoing_.front().size();
    outgoing_.pop_front();
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
  }
}

Task<void> StdioChannel::run_reader() {
  std::vector<char> chunk(kReadChunkBytes);
  LineSplitter lines(kMessageBytesMax, LineSplitter::TooLong::kDrop);
  for (;;) {
    const auto buffer = asio::buffer(chunk);
    auto [ec, size] = co_await child_.out().async_read_some(buffer, asio::as_tuple(use_task));
    if (ec) break;
    const std::size_t dropped = lines.dropped();
    lines.feed(std::string_view(chunk.data(), size));
    while (auto line = lines.next())
      take_line(std::move(*line));
    if (lines.dropped() > dropped) {
      log_.warn("a server wrote a line over the limit; it was skipped",
                {{"server", facts_->spec.name.str()}, {"bytes_max", kMessageBytesMax}});
    }
    const bool stop = co_await is_cancelled();
    if (stop) break;
  }
  if (auto line = lines.last(); !line.empty()) take_line(std::move(line));
  out_closed_ = true;
  progress_.notify_all();
}

void StdioChannel::take_line(std::string line) {
  const std::string_view text = trimmed(line);
  if (text.empty()) return;
  if (text.front() != '{' && text.front() != '[') {
    if (++garbage_lines_ <= kGarbageLinesLogged) {
      log_.warn("a server wrote a line to its standard output that is no message",
                {{"server", facts_->spec.name.str()},
                 {"line", shortened(facts_->redactor.redacted(std::string(text)), kGarbageBytesLogged)}});
    }
    return;
  }
  if (listener_ != nullptr) listener_->on_message(std::move(line));
}

Task<void> StdioChannel::run_stderr() {
  std::vector<char> chunk(kStderrLineBytes);
  LineSplitter lines(kStderrLineBytes, LineSplitter::TooLong::kCut);
  for (;;) {
    const auto buffer = asio::buffer(chunk);
    auto [ec, size] = co_await child_.err().async_read_some(buffer, asio::as_tuple(use_task));
    if (ec) break;
    lines.feed(std::string_view(chunk.data(), size));
    while (auto line = lines.next())
      child_log_.take(std::move(*line));
    const bool stop = co_await is_cancelled();
    if (stop) break;
  }
  child_log_.take(lines.last());
  err_closed_ = true;
  progress_.notify_all();
}

Task<void> StdioChannel::run_exit() {
  co_await child_.wait_exit();
  exited_ = child_.has_exited();
  progress_.notify_all();
}

Task<Result<void>> StdioChannel::until_silent() {
  while (!(exited_ && out_closed_ && err_closed_)) {
    const bool woken = co_await progress_.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

// A crash shows in three places at slightly different times: the exit, and the ends of both pipes. Whichever comes
// first, the rest gets kLastOutputTime; a grandchild may hold the pipes open for ever.
Task<void> StdioChannel::run_watch() {
  while (!exited_ && !out_closed_) {
    const bool woken = co_await progress_.wait();
    if (!woken) co_return;
  }
  auto silence = until_silent();
  auto silent = co_await with_deadline(time_, time_.steady_now() + kLastOutputTime, std::move(silence));
  (void)silent.has_value();
  const bool stop = co_await is_cancelled();
  if (!stop) announce_end();
}

void StdioChannel::announce_end() {
  ended_ = true;
  if (listener_ == nullptr) return;
  std::string why = exited_ ? "it " + child_.exit_text() : "it closed its standard output";
  if (const std::string tail = child_log_.tail(); !tail.empty()) why.append("; its last output:\n").append(tail);
  std::exchange(listener_, nullptr)->on_end(ended_error(facts_->spec, why));
}

Task<void> StdioChannel::end() { return end_within(EndTimes()); }

Task<void> StdioChannel::end_within(EndTimes times) {
  ending_ = true;
  listener_ = nullptr;
  co_await child_.end(times);
  ended_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

Task<Result<std::unique_ptr<MessageChannel>>> StdioMaker::make(ChannelListener& listener) {
  SpawnRequest request{facts_->spec.command, facts_->spec.args, facts_->environment, facts_->spec.cwd};
  auto process = co_await spawner_.spawn(std::move(request));
  if (!process) co_return start_error(facts_->spec, process.error());
  std::unique_ptr<MessageChannel> channel =
      std::make_unique<StdioChannel>(executor_, time_, log_, spawner_, facts_, std::move(*process), listener);
  co_return std::move(channel);
}

}  // namespace jungle::upstream

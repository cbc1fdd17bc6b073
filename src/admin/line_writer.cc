#include "admin/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <pthread.h>
#include <utility>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace jungle::admin {
namespace {

constexpr int kPollMillis = 100;  // How often a blocked writer looks whether it should stop.

// Writing to a pipe that nobody reads raises SIGPIPE in the writing thread; here the error is enough.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

LineWriter::LineWriter(int fd, telemetry::Log& log) : fd_(fd), log_(log), thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void LineWriter::submit(std::string_view lines) {
  bool first_drop = false;
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() + lines.size() > kLineBacklogBytesMax) {
      lines_dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      first_drop = !std::exchange(dropping_, true);
    } else {
      waiting_ += lines;
    }
  }
  changed_.notify_one();
  if (first_drop)
    log_.warn("nobody reads the access log; lines are dropped", {{"waiting_bytes", kLineBacklogBytesMax}});
}

std::uint64_t LineWriter::lines_dropped() const {
  const std::scoped_lock lock(mutex_);
  return lines_dropped_;
}

void LineWriter::run() {
  block_sigpipe();
  bool readable = true;
  for (;;) {
    std::string lines;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      lines.swap(waiting_);
      dropping_ = false;
    }
    if (readable) readable = write_all(lines);
  }
}

bool LineWriter::write_all(const std::string& lines) {
  std::size_t at = 0;
  while (at < lines.size()) {
    if (!wait_writable()) return false;
    // A writable pipe takes PIPE_BUF bytes without blocking (POSIX write); more could block where nobody can stop us.
    const ssize_t written = ::write(fd_, lines.data() + at, std::min<std::size_t>(lines.size() - at, PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) at += static_cast<std::size_t>(written);
  }
  return true;
}

bool LineWriter::wait_writable() {
  for (Millis waited{0};; waited += Millis(kPollMillis)) {
    pollfd descriptor{fd_, POLLOUT, 0};
    const int ready = ::poll(&descriptor, 1, kPollMillis);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    const std::scoped_lock lock(mutex_);
    if (!stopping_) {
      waited = Millis(0);
    } else if (waited >= kLastLinesTime) {
      return false;
    }
  }
}

}  // namespace jungle::admin

// Lines on their way out, without making anybody wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"
#include "telemetry/log.h"

namespace jungle::admin {

// What may wait for a reader of the access log that does not read, such as a stopped pager. Then lines are dropped: a
// log must not stop the gateway.
inline constexpr std::size_t kLineBacklogBytesMax = 8 * 1024 * 1024;
// How long the last lines may take at exit if nobody reads them.
inline constexpr Millis kLastLinesTime{1000};

// Writes lines to a file descriptor on a thread of its own, since a pipe or a terminal may block. One per process,
// owned by the application, outlives everything that logs through it. Callable from any thread. A closed pipe is not an
// event: what is written after that is dropped in silence.
class LineWriter {
 public:
  // Does not close `fd`.
  LineWriter(int fd, telemetry::Log& log);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  ~LineWriter();  // Writes what is left, for at most kLastLinesTime.

  // Whole lines, each with its line end. Returns at once.
  void submit(std::string_view lines);
  // Of those submitted, how many were dropped because too much was waiting.
  std::uint64_t lines_dropped() const;

 private:
  void run();
  // False when nobody will read any more, or the last moment has come.
  bool write_all(const std::string& lines);
  bool wait_writable();

  const int fd_;
  telemetry::Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;  // Guarded by mutex_, as the next three.
  std::uint64_t lines_dropped_ = 0;
  bool dropping_ = false;  // Said so in the log; until the backlog is gone.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jungle::admin

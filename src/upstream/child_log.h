// What a child process writes to its standard error.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "base/redactor.h"
#include "base/time.h"
#include "telemetry/log.h"
#include "upstream/limits.h"

namespace jungle::upstream {

// Puts the standard error of one child into our log, line by line under its server's name, at most
// kStderrLinesPerSecond, and keeps the last lines to quote when the process dies. Single executor; does no I/O.
class ChildLog {
 public:
  // `redactor` hides what was given to the child and must not be printed.
  ChildLog(Time& time, telemetry::Log& log, std::string server, Redactor redactor)
      : time_(time), log_(log), server_(std::move(server)), redactor_(std::move(redactor)) {}

  void take(std::string line);
  // The last lines, oldest first, newlines between: at most kStderrTailLines and kStderrTailBytes.
  std::string tail() const;

 private:
  bool may_log();

  Time& time_;
  telemetry::Log& log_;
  std::string server_;
  Redactor redactor_;
  std::deque<std::string> tail_;
  std::size_t tail_bytes_ = 0;
  SteadyTime second_start_{};
  std::size_t lines_this_second_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace jungle::upstream

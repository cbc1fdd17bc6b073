// Lines from standard input, while other things happen.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/task.h"

namespace jungle::cli {

inline constexpr std::size_t kLineBytesMax = 32 * 1024;  // More than a callback may have; a terminal gives 4 KiB.

// Reads a descriptor line by line on a thread of its own, with blocking reads: its mode is shared with the shell that
// started us, so it is not made non-blocking. A terminal, a pipe or a file.
//
// Created and destroyed by one thread. Destroying it does not wait for a line.
class LineReader {
 public:
  // `on_line` runs on `executor`, for each line without its end, then once with nothing: the input has ended, or a line
  // is longer than kLineBytesMax.
  using OnLine = std::function<void(std::optional<std::string>)>;
  LineReader(int descriptor, Executor executor, OnLine on_line);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

 private:
  void run();
  // False at the end, also when the reader is being destroyed.
  bool wait_for_input();
  void deliver(std::optional<std::string> line);

  const int descriptor_;
  Executor executor_;
  OnLine on_line_;
  int stop_event_ = -1;  // An eventfd: readable once the reader is being destroyed.
  std::thread thread_;
};

}  // namespace jungle::cli

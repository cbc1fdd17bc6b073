// A sign of life while a slow step runs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"
#include "cli/console.h"

namespace jungle::cli {

// While it lives, a turning sign with a label and the seconds on standard error, if that is a terminal; silent for the
// first moments, so that quick steps show nothing, and gone without a trace when destroyed. Nothing else may print
// meanwhile. Has a thread of its own.
class Spinner {
 public:
  Spinner(Console& console, std::string label);
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;
  ~Spinner();

 private:
  void run();

  Console& console_;
  std::string label_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopped_ = false;  // Guarded by mutex_.
  std::thread thread_;       // Not joinable when there is nothing to show.
};

// The line of the n-th frame, without control characters: "⠋ registering 'x' (3 s)".
std::string spinner_frame(std::size_t n, std::string_view label, Seconds elapsed);

}  // namespace jungle::cli

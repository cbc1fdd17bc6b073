// Time as an argument.
#pragma once

#include <chrono>

#include "base/task.h"

namespace jungle {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using SystemTime = std::chrono::system_clock::time_point;

// "No deadline", as an argument of sleep_until or a CallContext.
inline constexpr SteadyTime kNever = SteadyTime::max();

// The only source of "now" and the only way to wait. RealTime in main(), a FakeTime in tests.
// Callable from any executor; sleep_until waits on the caller's.
class Time {
 public:
  virtual ~Time() = default;
  virtual SteadyTime steady_now() const = 0;  // For intervals and deadlines.
  virtual SystemTime system_now() const = 0;  // For what a user sees and what a token's `exp` means.
  // Returns when `deadline` has passed, or early if the calling coroutine is cancelled.
  virtual Task<void> sleep_until(SteadyTime deadline) = 0;
};

// The machine's clocks.
class RealTime final : public Time {
 public:
  SteadyTime steady_now() const override;
  SystemTime system_now() const override;
  Task<void> sleep_until(SteadyTime deadline) override;
};

}  // namespace jungle

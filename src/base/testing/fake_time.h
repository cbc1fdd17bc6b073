// Time that a test moves.
#pragma once

#include <list>

#include "base/task.h"
#include "base/time.h"
#include "base/timer.h"

namespace jungle::testing {

// Time that stands still until the test calls advance(). Single thread.
class FakeTime final : public Time {
 public:
  explicit FakeTime(asio::io_context& context) : context_(context) {}

  SteadyTime steady_now() const override { return now_; }
  SystemTime system_now() const override;
  Task<void> sleep_until(SteadyTime deadline) override;

  // Moves time on and runs everything that became ready, in deadline order. Never blocks.
  void advance(Millis by);
  void run_ready();

 private:
  struct Sleeper {
    SteadyTime deadline;
    Timer* timer;
  };
  asio::io_context& context_;
  SteadyTime now_{std::chrono::hours(1)};
  std::list<Sleeper> sleepers_;
};

}  // namespace jungle::testing

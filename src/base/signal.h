// Waking coroutines that wait for something to happen.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "base/timer.h"

namespace jungle {

// A condition variable for coroutines of one executor: wait() returns after the next notify_all(), or when the waiting
// coroutine is cancelled. Spurious returns are possible: re-check the condition in a loop. Single executor.
class Signal {
 public:
  explicit Signal(Executor executor) : timer_(executor, kNever) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify_all() { timer_.cancel(); }

  // False if the wait ended because the coroutine was cancelled.
  Task<bool> wait() {
    auto [ec] = co_await timer_.async_wait(asio::as_tuple(use_task));
    (void)ec;
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() == asio::cancellation_type::none;
  }

  // Waits until `holds()`, which is asked at once and after every notify_all(). kCancelled: the coroutine was cancelled
  // first. What `holds` refers to must outlive the wait.
  template <typename Condition>
  Task<Result<void>> until(Condition holds) {
    while (!holds()) {
      const bool woken = co_await wait();
      if (!woken && !holds()) co_return Error{ErrorCode::kCancelled, "the wait was cancelled", {}};
    }
    co_return Result<void>();
  }

 private:
  Timer timer_;
};

}  // namespace jungle

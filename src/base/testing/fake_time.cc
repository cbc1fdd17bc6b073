#include "base/testing/fake_time.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

namespace jungle::testing {

SystemTime FakeTime::system_now() const {
  constexpr auto kEpoch = std::chrono::hours(24 * 365 * 55);  // A day in late 2024: tokens and logs look real.
  return SystemTime(std::chrono::duration_cast<SystemTime::duration>(now_.time_since_epoch() + kEpoch));
}

Task<void> FakeTime::sleep_until(SteadyTime deadline) {
  if (deadline <= now_) co_return;
  const Executor executor = co_await asio::this_coro::executor;
  Timer timer(executor, kNever);
  const auto entry = sleepers_.insert(sleepers_.end(), Sleeper{deadline, &timer});
  auto [ec] = co_await timer.async_wait(asio::as_tuple(use_task));
  (void)ec;
  sleepers_.erase(entry);
}

void FakeTime::advance(Millis by) {
  const SteadyTime end = now_ + by;
  run_ready();
  for (;;) {
    auto next = sleepers_.end();
    for (auto it = sleepers_.begin(); it != sleepers_.end(); ++it) {
      if (it->deadline <= end && (next == sleepers_.end() || it->deadline < next->deadline)) next = it;
    }
    if (next == sleepers_.end()) break;
    now_ = next->deadline;
    next->timer->cancel();
    run_ready();
  }
  now_ = end;
}

void FakeTime::run_ready() {
  context_.restart();
  context_.poll();
}

}  // namespace jungle::testing

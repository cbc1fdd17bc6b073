#include "base/time.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/timer.h"

namespace jungle {

SteadyTime RealTime::steady_now() const { return std::chrono::steady_clock::now(); }
SystemTime RealTime::system_now() const { return std::chrono::system_clock::now(); }

Task<void> RealTime::sleep_until(SteadyTime deadline) {
  const Executor executor = co_await asio::this_coro::executor;
  Timer timer(executor, deadline);
  auto [ec] = co_await timer.async_wait(asio::as_tuple(use_task));
  (void)ec;  // Cancelled is the documented early return.
}

}  // namespace jungle

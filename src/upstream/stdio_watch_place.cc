#include "upstream/stdio_watch_place.h"

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/without_throwing.h"
#include "upstream/backoff.h"
#include "upstream/limits.h"

namespace jungle::upstream {

void StdioWatchPlace::note_failure() {
  ++failures;
  next_attempt = time.steady_now() + backoff(random, kWatchPauseMin, kWatchPauseMax, failures);
}

Task<void> StdioWatchPlace::pause() {
  using namespace asio::experimental::awaitable_operators;
  auto sleeping = without_throwing(until_next_attempt());
  auto waiting = without_throwing(until_awaited());
  co_await (std::move(sleeping) || std::move(waiting));
}

Task<Result<void>> StdioWatchPlace::until_next_attempt() {
  co_await time.sleep_until(next_attempt);
  co_return Result<void>();
}

Task<Result<void>> StdioWatchPlace::until_awaited() {
  while (!uris.any_awaited()) {
    const bool woken = co_await changed.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

}  // namespace jungle::upstream

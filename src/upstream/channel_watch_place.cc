#include "upstream/channel_watch_place.h"

#include <utility>

#include "base/with_deadline.h"
#include "upstream/backoff.h"
#include "upstream/limits.h"

namespace jungle::upstream {

void ChannelWatchPlace::note_standing() {
  if (!standing_since) standing_since = time.steady_now();
}

void ChannelWatchPlace::note_failure() {
  const SteadyTime now = time.steady_now();
  const auto stood_since = std::exchange(standing_since, std::nullopt);
  failures = stood_since && now - *stood_since >= kWatchSteadyTime ? 1 : failures + 1;
  next_attempt = now + backoff(random, kWatchPauseMin, kWatchPauseMax, failures);
}

Task<void> ChannelWatchPlace::pause() {
  auto waiting = until_awaited();
  const auto awaited = co_await with_deadline(time, next_attempt, std::move(waiting));
  (void)awaited;
}

Task<Result<void>> ChannelWatchPlace::until_awaited() {
  while (!uris.any_awaited()) {
    const bool woken = co_await changed.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

}  // namespace jungle::upstream

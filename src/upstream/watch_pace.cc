#include "upstream/watch_pace.h"

#include <algorithm>

#include "upstream/backoff.h"
#include "upstream/limits.h"

namespace jungle::upstream {

Millis WatchPace::after(const EndedWatch& ended) {
  const bool was_good = ended.was_there && (ended.has_told || ended.stood >= kWatchSteadyTime);
  failures_ = was_good ? 0 : failures_ + 1;
  const Millis most = ended.was_there && ended.can_go_on ? kWatchPollPauseMax : kWatchPauseMax;
  return std::max(std::min(ended.asked, kWatchPauseMax), backoff(random_, kWatchPauseMin, most, failures_));
}

}  // namespace jungle::upstream

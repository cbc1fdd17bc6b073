#include "base/deadline_list.h"

#include <boost/asio/this_coro.hpp>

namespace jungle {

void DeadlineList::sweep() {
  now_ = time_.steady_now();
  // Expired entries move to a list of their own first: callbacks may change `entries_`.
  boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> expired;
  for (auto it = entries_.begin(); it != entries_.end();) {
    Entry& entry = *it++;
    if (entry.deadline_ > now_) continue;
    entry.unlink();
    expired.push_back(entry);
  }
  while (!expired.empty()) {
    Entry& entry = expired.front();
    expired.pop_front();
    const auto fire = entry.on_expiry_;  // A copy: the callback may destroy the entry.
    fire();
  }
}

Task<void> DeadlineList::run_sweeps() {
  for (;;) {
    co_await time_.sleep_until(time_.steady_now() + kTick);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    sweep();
  }
}

}  // namespace jungle

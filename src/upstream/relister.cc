#include "upstream/relister.h"

#include <algorithm>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/cancelled.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// How long after a listing that ended `now` and began at `start` another one may begin, after `failures` in a row.
SteadyTime after_listing(SteadyTime start, SteadyTime now, std::size_t failures) {
  const auto pause = std::max<SteadyTime::duration>(kListChangePause, now - start);
  return now + std::min<SteadyTime::duration>(pause * (1 << failures), kRelistPause);
}

// Another attempt may succeed: it is down, or somebody else is just changing it.
bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded ||
         error.code == ErrorCode::kConflict;
}

}  // namespace

Relister::Relister(Executor control, Time& time, telemetry::Log& log)
    : control_(control), time_(time), log_(log), tasks_(control, [&log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine that lists servers anew");
      }) {}

void Relister::ask(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  asio::dispatch(control_, [this, server = std::move(server), reply = std::move(reply)]() mutable {
    take(std::move(server), std::move(reply));
  });
}

void Relister::changed(catalog::ServerName server) {
  asio::dispatch(control_, [this, server = std::move(server)]() mutable { take_change(std::move(server)); });
}

void Relister::forget_old() {
  std::erase_if(listings_, [now = time_.steady_now()](const auto& item) {
    const Listing& listing = item.second;
    return !listing.under_way && !listing.planned && listing.next_refusal <= now && listing.next_change <= now;
  });
}

void Relister::take(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  forget_old();
  if (stopped_ || !relist_) return EntryReply::give(reply, Error{ErrorCode::kUnavailable, "nobody lists servers", {}});
  Listing& listing = listings_[server.str()];
  if (!listing.under_way && time_.steady_now() < listing.next_refusal) return EntryReply::give(reply, listing.last);
  listing.waiting.push_back(std::move(reply));
  if (!listing.under_way) start(server, listing);
}

void Relister::take_change(catalog::ServerName server) {
  if (stopped_ || !relist_) return;
  forget_old();
  Listing& listing = listings_[server.str()];
  listing.failures = 0;
  if (!std::exchange(listing.changed, true) && !listing.under_way) plan(server, listing);
}

void Relister::start(const catalog::ServerName& server, Listing& listing) {
  listing.under_way = true;
  listing.changed = false;
  tasks_.spawn(run_listing(server));
}

void Relister::plan(const catalog::ServerName& server, Listing& listing) {
  if (!stopped_ && !std::exchange(listing.planned, true)) tasks_.spawn(run_plan(server));
}

// Servers that change several things say so several times in a row.
Task<void> Relister::run_plan(catalog::ServerName server) {
  Listing& listing = listings_[server.str()];
  const SteadyTime when = std::max(time_.steady_now() + kListChangeGather, listing.next_change);
  co_await time_.sleep_until(when);
  listing.planned = false;
  const bool stop = co_await is_cancelled();
  if (!stop && listing.changed && !listing.under_way) start(server, listing);
}

Task<void> Relister::run_listing(catalog::ServerName server) {
  const SteadyTime start = time_.steady_now();
  auto listed = co_await relist_(server);
  if (!listed) {
    log_.warn("a server could not be listed anew", {{"server", server.str()}, {"error", listed.error().message}});
  }
  Listing& listing = listings_[server.str()];
  const SteadyTime now = time_.steady_now();
  const bool was_asked = !listing.waiting.empty();
  listing.under_way = false;
  listing.failures = listed ? 0 : listing.failures + 1;
  listing.next_change = after_listing(start, now, listing.failures);
  if (!listed && !was_asked && may_pass(listed.error()) && listing.failures < kListFailuresMax) listing.changed = true;
  if (listing.changed) plan(server, listing);
  if (!was_asked) co_return;
  listing.next_refusal = now + kRelistPause;
  listing.last = std::move(listed);
  for (const auto& reply : std::exchange(listing.waiting, {}))
    EntryReply::give(reply, listing.last);
}

Task<void> Relister::stop() {
  stopped_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace jungle::upstream

#include "upstream/relister.h"

#include <algorithm>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/cancelled.h"
#include "catalog/listing_difference.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

Error nobody_lists() { return {ErrorCode::kUnavailable, "nobody lists servers: the gateway is stopping", {}}; }

// From a listing that took so long to the next one that a change may lead to.
SteadyTime::duration change_pause(SteadyTime::duration took, std::size_t in_vain) {
  Millis pause = kListChangePause;
  for (; in_vain > 0 && pause < kListChangePauseMax; --in_vain)
    pause *= 2;
  return std::min<SteadyTime::duration>(std::max<SteadyTime::duration>(pause, took), kListChangePauseMax);
}

}  // namespace

Relister::Relister(Executor control, Time& time, telemetry::Log& log)
    : control_(control), time_(time), log_(log), tasks_(control, [&log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine that lists servers anew");
      }) {}

void Relister::refresh(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  asio::dispatch(control_, [this, server = std::move(server), reply = std::move(reply)]() mutable {
    take_refresh(std::move(server), std::move(reply));
  });
}

void Relister::changed(catalog::ServerName server) {
  const bool is_first = told_.with([&](auto& servers) { return servers.insert(server.str()).second; });
  if (!is_first) return;
  asio::dispatch(control_, [this, server = std::move(server)] {
    told_.with([&](auto& servers) { servers.erase(server.str()); });
    take_change(server);
  });
}

void Relister::ask(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  asio::dispatch(control_, [this, server = std::move(server), reply = std::move(reply)]() mutable {
    take_refusal(server, std::move(reply));
  });
}

void Relister::forget_old() {
  std::erase_if(listings_, [now = time_.steady_now()](const auto& item) {
    const Listing& listing = item.second;
    return listing.stage == Stage::kNone && !listing.planned && listing.next_refusal <= now && listing.forgotten <= now;
  });
}

void Relister::take_refresh(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  forget_old();
  if (!is_usable()) {
    if (reply) EntryReply::give(reply, nobody_lists());
    return;
  }
  Listing& listing = listings_[server.str()];
  const Urgency urgency = reply ? Urgency::kSomebodyWaits : Urgency::kNobodyWaits;
  const bool is_running = listing.stage == Stage::kRunning;
  if (is_running) listing.wanted_again = true;
  if (reply) (is_running ? listing.waiting_again : listing.waiting).push_back(std::move(reply));
  if (!is_running) enqueue(server, listing, urgency);
}

void Relister::take_change(const catalog::ServerName& server) {
  forget_old();
  if (!is_usable()) return;
  Listing& listing = listings_[server.str()];
  if (!std::exchange(listing.changed, true) && listing.stage == Stage::kNone) plan(server, listing);
}

void Relister::take_refusal(const catalog::ServerName& server, std::shared_ptr<EntryReply> reply) {
  forget_old();
  if (!is_usable()) return EntryReply::give(reply, nobody_lists());
  Listing& listing = listings_[server.str()];
  if (listing.stage == Stage::kNone && time_.steady_now() < listing.next_refusal)
    return EntryReply::give(reply, listing.last);
  listing.waiting.push_back(std::move(reply));
  listing.has_refused = true;
  if (listing.stage != Stage::kRunning) enqueue(server, listing, Urgency::kSomebodyWaits);
}

void Relister::enqueue(const catalog::ServerName& server, Listing& listing, Urgency urgency) {
  const bool is_urgent = urgency == Urgency::kSomebodyWaits;
  const bool is_queued = listing.stage == Stage::kQueued;
  if (is_queued && !is_urgent) return;
  if (is_queued) std::erase(queue_, server);
  listing.stage = Stage::kQueued;
  queue_.insert(is_urgent ? queue_.begin() : queue_.end(), server);
  start_queued();
}

void Relister::start_queued() {
  while (!stopped_ && running_ < kListingsMax && !queue_.empty()) {
    const catalog::ServerName server = std::move(queue_.front());
    queue_.pop_front();
    Listing& listing = listings_[server.str()];
    listing.stage = Stage::kRunning;
    listing.is_for_change = std::exchange(listing.changed, false);
    ++running_;
    tasks_.spawn(run_listing(server));
  }
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
  if (!stop && listing.changed && listing.stage == Stage::kNone) enqueue(server, listing, Urgency::kNobodyWaits);
}

Task<void> Relister::run_listing(catalog::ServerName server) {
  const SteadyTime began = time_.steady_now();
  auto listed = co_await relist_(server);
  --running_;
  finish(server, std::move(listed), began);
  start_queued();
}

// Some servers say that their lists have changed whenever somebody lists them.
void Relister::plan_next_change(Listing& listing, const Listed& listed, SteadyTime began) {
  const bool is_new = listed && !(listing.found && catalog::offers_the_same(*listing.found, **listed));
  if (is_new) {
    listing.in_vain = 0;
  } else if (listing.is_for_change) {
    ++listing.in_vain;
  }
  if (listed) listing.found = *listed;
  const SteadyTime now = time_.steady_now();
  listing.next_change = now + change_pause(now - began, listing.in_vain);
  listing.forgotten = now + kListChangeMemory;
}

void Relister::finish(const catalog::ServerName& server, Listed listed, SteadyTime began) {
  Listing& listing = listings_[server.str()];
  const SteadyTime now = time_.steady_now();
  listing.stage = Stage::kNone;
  plan_next_change(listing, listed, began);
  tell(server, listing, listed);
  if (std::exchange(listing.has_refused, false)) {
    listing.next_refusal = now + kRelistPause;
    listing.last = std::move(listed);
  }
  if (std::exchange(listing.wanted_again, false)) {
    listing.waiting = std::exchange(listing.waiting_again, {});
    enqueue(server, listing, listing.waiting.empty() ? Urgency::kNobodyWaits : Urgency::kSomebodyWaits);
  } else if (listing.changed) {
    plan(server, listing);
  }
}

void Relister::tell(const catalog::ServerName& server, Listing& listing, const Listed& listed) {
  if (on_listed_) on_listed_(server, listed);
  if (!listed && !listing.waiting.empty())
    log_.info("a server could not be listed anew", {{"server", server.str()}, {"error", listed.error().message}});
  for (const auto& reply : std::exchange(listing.waiting, {}))
    EntryReply::give(reply, listed);
}

Task<void> Relister::stop() {
  stopped_ = true;
  tasks_.cancel();
  co_await tasks_.join();
  for (auto& [server, listing] : listings_) {
    for (Waiting* waiting : {&listing.waiting, &listing.waiting_again}) {
      for (const auto& reply : std::exchange(*waiting, {}))
        EntryReply::give(reply, nobody_lists());
    }
  }
}

}  // namespace jungle::upstream

#include "upstream/relister.h"

#include <utility>

#include <boost/asio/dispatch.hpp>

#include "upstream/limits.h"

namespace jungle::upstream {

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

void Relister::take(catalog::ServerName server, std::shared_ptr<EntryReply> reply) {
  const SteadyTime now = time_.steady_now();
  std::erase_if(listings_, [&](const auto& item) { return item.second.waiting.empty() && item.second.next <= now; });
  if (stopped_ || !relist_) return EntryReply::give(reply, Error{ErrorCode::kUnavailable, "nobody lists servers", {}});
  Listing& listing = listings_[server.str()];
  const bool is_under_way = !listing.waiting.empty();
  if (!is_under_way && now < listing.next) return EntryReply::give(reply, listing.last);
  listing.waiting.push_back(std::move(reply));
  if (!is_under_way) tasks_.spawn(run_listing(std::move(server)));
}

Task<void> Relister::run_listing(catalog::ServerName server) {
  auto listed = co_await relist_(server);
  if (!listed) {
    log_.warn("a server could not be listed anew", {{"server", server.str()}, {"error", listed.error().message}});
  }
  Listing& listing = listings_[server.str()];
  listing.next = time_.steady_now() + kRelistPause;
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

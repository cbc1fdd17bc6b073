#include "upstream/http_home.h"

#include <utility>

#include "base/cancelled.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"
#include "upstream/session_stream.h"

namespace jungle::upstream {
namespace {

SteadyTime last_use_of(const HttpLink& link) {
  return SteadyTime(SteadyTime::duration(link.last_use.load(std::memory_order_relaxed)));
}

}  // namespace

HttpHome::HttpHome(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint,
                   std::shared_ptr<const ServerFacts> facts, std::shared_ptr<oauth::TokenSource> tokens,
                   std::shared_ptr<const ServerNews> news, SessionStreams& streams, std::atomic<Era>& era,
                   std::atomic<std::uint64_t>& ids, mcp::ClientCapabilities capabilities)
    : worker_(worker),
      endpoint_(std::move(endpoint)),
      facts_(std::move(facts)),
      tokens_(std::move(tokens)),
      news_(std::move(news)),
      streams_(streams),
      era_(era),
      ids_(ids),
      capabilities_(capabilities),
      tasks_(worker.executor, [&log = worker.log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine of an HTTP server");
      }) {
  if (era_.load() != Era::kModern) return;
  // A modern server needs no handshake: calls may go at once.
  auto link = std::make_shared<HttpLink>();
  link->era = Era::kModern;
  link->headers = endpoint_->modern_headers();
  link_.publish(std::move(link));
}

void HttpHome::ensure_link(HttpLinkPtr dead, std::shared_ptr<GrantReply> reply) {
  if (closed_) return GrantReply::give(reply, gone_error(facts_->spec));
  if (auto link = link_.load()) {
    if (link != dead) return GrantReply::give(reply, Grant{std::move(link), nullptr});
    if (link->stream) link->stream->close();
    link_.publish(nullptr);
  }
  waiting_.push_back(std::move(reply));
  if (std::exchange(opening_, true)) return;
  tasks_.spawn(run_open());
}

void HttpHome::doubt_era(HttpLinkPtr link, std::shared_ptr<GrantReply> reply) {
  if (closed_ || link_.load() != link) return ensure_link(std::move(link), std::move(reply));  // Settled meanwhile.
  if (!probing_ && worker_.time.steady_now() < next_probe_) {
    return GrantReply::give(reply, Grant{std::move(link), nullptr});
  }
  doubting_.push_back(std::move(reply));
  if (std::exchange(probing_, true)) return;
  tasks_.spawn(run_probe(std::move(link)));
}

Task<void> HttpHome::run_probe(HttpLinkPtr link) {
  const Era found = co_await probe_era(place());
  probing_ = false;
  next_probe_ = worker_.time.steady_now() + kEraDoubtPause;
  const bool changed = found != Era::kUnknown && found != link->era;
  if (changed) {
    worker_.log.info("a server seems to have changed its era", {{"server", facts_->spec.name.str()}});
    era_.store(Era::kUnknown);  // Until it was greeted.
  }
  for (auto& reply : std::exchange(doubting_, {})) {
    if (changed || closed_) {
      ensure_link(link, std::move(reply));
    } else {
      GrantReply::give(reply, Grant{link, nullptr});
    }
  }
}

Task<void> HttpHome::run_open() {
  auto opened = co_await reopen_link(tokens_.get(), place(), era_.load());
  if (opened) {
    LinkUse use{endpoint_, nullptr, token()};
    co_await open_stream(worker_, news_, streams_, capabilities_, opened->link, std::move(use));
  }
  opening_ = false;
  const auto waiting = std::exchange(waiting_, {});
  if (!opened) {
    for (const auto& reply : waiting)
      GrantReply::give(reply, opened.error());
    co_return;
  }
  Grant grant = share(std::move(*opened));
  if (closed_ || waiting.empty()) {
    if (grant.session) bury(grant.session);
    grant.session = nullptr;
  }
  for (const auto& reply : waiting) {
    GrantReply::give(reply, grant);
    grant.session = nullptr;  // For the first asker alone.
  }
}

HttpHome::Grant HttpHome::share(OpenedLink opened) {
  era_.store(opened.link->era);
  worker_.log.info("a server was greeted", {{"server", facts_->spec.name.str()},
                                            {"revision", mcp::text_of(opened.greeting.revision)},
                                            {"session", !opened.link->session_id.empty()}});
  Grant grant;
  if (!opened.link->session_id.empty() && !is_stateful()) {
    auto marker = std::make_shared<HttpLink>();
    marker->era = Era::kLegacy;
    marker->session_per_call = true;
    grant.link = std::move(marker);
    grant.session = std::move(opened.link);
  } else {
    grant.link = std::move(opened.link);
  }
  if (closed_) {
    bury(grant.link);
    return grant;
  }
  link_.publish(grant.link);
  if (!grant.link->session_id.empty() && facts_->session_idle.count() > 0) {
    grant.link->last_use.store(worker_.time.steady_now().time_since_epoch().count());
    tasks_.spawn(run_idle_watch(grant.link));
  }
  return grant;
}

Task<void> HttpHome::run_idle_watch(HttpLinkPtr link) {
  while (link_.load() == link) {
    const SteadyTime now = worker_.time.steady_now();
    const bool in_use = link->calls_in_flight.load(std::memory_order_relaxed) > 0;
    const SteadyTime end = (in_use ? now : last_use_of(*link)) + facts_->session_idle;
    if (!in_use && now >= end) {
      link_.publish(nullptr);
      bury(std::move(link));
      co_return;
    }
    co_await worker_.time.sleep_until(end);
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
  }
}

void HttpHome::bury(HttpLinkPtr link) {
  if (link->session_id.empty()) return;
  if (link->stream) link->stream->close();
  LinkUse use{endpoint_, std::move(link), token()};
  worker_.background.spawn(run_close_session(worker_, std::move(use), 0));
}

void HttpHome::hurry() { hurry_ = true; }

Task<void> HttpHome::end(bool patient) {
  closed_ = true;
  const auto link = link_.load();
  while (patient && !hurry_ && link && link->calls_in_flight.load() > 0)
    co_await worker_.time.sleep_until(worker_.time.steady_now() + DeadlineList::kTick);
  link_.publish(nullptr);
  // One that has tasks is left to the server when we are in a hurry, which is at the end of the process.
  if (link && (patient || !link->has_tasks.load())) bury(link);
  tasks_.cancel();
  co_await tasks_.join();
  waiting_.insert(waiting_.end(), doubting_.begin(), doubting_.end());
  doubting_.clear();
  for (const auto& reply : std::exchange(waiting_, {}))
    GrantReply::give(reply, gone_error(facts_->spec));
}

}  // namespace jungle::upstream

#include "upstream/http_watch.h"

#include <chrono>
#include <utility>

#include "base/cancelled.h"
#include "base/with_deadline.h"
#include "upstream/backoff.h"
#include "upstream/limits.h"
#include "upstream/modern_watch.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

Error no_stream_error(const std::string& server) {
  return Error{ErrorCode::kUnavailable,
               "server '" + server + "' has no event stream outside of calls: it cannot tell of changes of resources",
               {}};
}

}  // namespace

HttpWatch::HttpWatch(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint,
                     std::shared_ptr<const ServerFacts> facts, std::shared_ptr<oauth::TokenSource> tokens,
                     std::atomic<Era>& era, std::atomic<std::uint64_t>& ids, const ServerNews& news, Random& random)
    : place_{worker, std::move(endpoint), std::move(facts), ids, news},
      tokens_(std::move(tokens)),
      era_(era),
      pace_(random),
      next_attempt_(worker.time.steady_now() + random_part(random, kWatchStartSpread)),
      tasks_(worker.executor, [&log = worker.log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine that listens to a server");
      }) {}

void HttpWatch::hear(OfferedNews offered) {
  place_.offered = offered;
  if (!offered.is_enabled) place_.uris.clear(untold_error(place_.facts->spec));
  if (session_ && session_->is_open()) place_.set_hearing(Hearing::kYes);
  has_none_ = false;
  wake();
}

void HttpWatch::subscribe(std::string uri, std::shared_ptr<WatchedUris::Confirmation> reply) {
  if (reply && !place_.offered.is_enabled)
    return WatchedUris::Confirmation::give(reply, untold_error(place_.facts->spec));
  if (reply && (closed_ || has_none_)) {
    const Error error = closed_ ? gone_error(place_.facts->spec) : no_stream_error(place_.server());
    return WatchedUris::Confirmation::give(reply, error);
  }
  place_.uris.add(uri, std::move(reply));
  wake();
}

void HttpWatch::unsubscribe(const std::string& uri) {
  place_.uris.remove(uri);
  wake();
}

void HttpWatch::wake() {
  place_.changed.notify_all();
  if (closed_ || has_none_ || !place_.is_wanted() || std::exchange(running_, true)) return;
  tasks_.spawn(run());
}

Task<void> HttpWatch::run() {
  for (;;) {
    auto waiting = until_awaited();
    const auto awaited = co_await with_deadline(place_.worker.time, next_attempt_, std::move(waiting));
    (void)awaited;
    const bool stop = co_await is_cancelled();
    if (stop || has_none_ || !place_.is_wanted()) break;
    const SteadyTime began = place_.worker.time.steady_now();
    place_.has_told = false;
    const WatchEnd end = co_await listen();
    place_.set_hearing(Hearing::kNo);
    const bool stopped = co_await is_cancelled();
    if (stopped) break;
    plan_next(end, began);
  }
  running_ = false;
  close_session();
}

// Whoever subscribes need not wait for a pause to end.
Task<Result<void>> HttpWatch::until_awaited() {
  while (!place_.uris.any_awaited() && place_.is_wanted()) {
    const bool woken = co_await place_.changed.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

Task<WatchEnd> HttpWatch::listen() {
  auto token = co_await usable_token(place_.worker, tokens_.get());
  if (!token) {
    place_.uris.fail_awaited(token.error());
    co_return WatchEnd::kFailed;
  }
  if (!session_) {
    auto opened = co_await open();
    if (!opened) {
      place_.uris.fail_awaited(opened.error());
      co_return WatchEnd::kFailed;
    }
    if (tokens_) *token = tokens_->published().load();  // It may have been renewed.
    const bool is_modern = opened->link->era == Era::kModern;
    if (!is_modern) session_.emplace(place_, opened->link);
    const bool stop = co_await is_cancelled();
    if (stop) co_return WatchEnd::kOver;
    if (is_modern) {
      ModernWatch listening(place_, tasks_, std::move(opened->link));
      const WatchEnd ended = co_await listening.run(*token);
      co_await renew_if_refused(ended, std::move(*token));
      co_return ended;
    }
  }
  const WatchEnd ended = co_await session_->run(*token);
  co_await renew_if_refused(ended, std::move(*token));
  co_return ended;
}

// It may have been revoked. Without a newer one the next attempt says so.
Task<void> HttpWatch::renew_if_refused(WatchEnd end, oauth::AccessTokenPtr token) {
  if (end != WatchEnd::kRefused || !token || token->token.empty()) co_return;
  auto renewed = co_await tokens_->renew(std::move(token), place_.worker.executor);
  (void)renewed.has_value();
}

// As the server is listed (server_discoverer.h).
Task<Result<OpenedLink>> HttpWatch::open() {
  HttpPlace place{place_.worker, *place_.endpoint, *place_.facts, place_.ids};
  place.capabilities = mcp::ClientCapabilities::all();
  auto opened = co_await reopen_link(tokens_.get(), place, era_.load());
  if (opened || !may_be_for_capabilities(opened.error())) co_return opened;
  place.capabilities = {};
  co_return co_await reopen_link(tokens_.get(), place, era_.load());
}

void HttpWatch::plan_next(WatchEnd end, SteadyTime began) {
  Worker& worker = place_.worker;
  const SteadyTime now = worker.time.steady_now();
  const EndedWatch ended{.was_there = end == WatchEnd::kOver,
                         .has_told = place_.has_told,
                         .can_go_on = session_ && session_->can_go_on(),
                         .stood = std::chrono::duration_cast<Millis>(now - began),
                         .asked = session_ ? session_->retry() : Millis(0)};
  next_attempt_ = now + pace_.after(ended);
  if (end == WatchEnd::kUnwanted) pace_.forget();
  switch (end) {
    case WatchEnd::kGone:
      session_.reset();
      // Once may be a server that was restarted. Whoever waits is what an attempt without a pause is made for.
      if (pace_.failures() > 1) place_.uris.fail_awaited(gone_error(place_.facts->spec));
      break;
    case WatchEnd::kNone:
      has_none_ = true;
      place_.uris.fail_awaited(no_stream_error(place_.server()));
      worker.log.info("a server has no event stream outside of calls", {{"server", place_.server()}});
      break;
    case WatchEnd::kFailed:
    case WatchEnd::kRefused:
      // Who subscribes is not kept waiting for a server that may be down for long.
      place_.uris.fail_awaited(
          Error{ErrorCode::kUnavailable, "server '" + place_.server() + "': its event stream could not be opened", {}});
      worker.log.debug("a server could not be listened to",
                       {{"server", place_.server()}, {"failures", pace_.failures()}});
      break;
    case WatchEnd::kOver:
      if (pace_.failures() > 0) place_.uris.fail_awaited(gone_error(place_.facts->spec));
      break;
    case WatchEnd::kUnwanted:
      break;
  }
}

void HttpWatch::close_session() {
  if (!session_) return;
  session_->close(tokens_ ? tokens_->published().load() : nullptr);
  session_.reset();
}

Task<void> HttpWatch::end() {
  closed_ = true;
  tasks_.cancel();
  co_await tasks_.join();
  close_session();
  place_.uris.fail_awaited(gone_error(place_.facts->spec));
}

}  // namespace jungle::upstream

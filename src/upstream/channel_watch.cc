#include "upstream/channel_watch.h"

#include <utility>

#include "base/cancelled.h"
#include "base/with_deadline.h"
#include "upstream/backoff.h"
#include "upstream/hop.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
ChannelWatch::ChannelWatch(Executor executor, Time& time, telemetry::Log& log, Random& random, ChannelHome& home,
                           std::shared_ptr<const ServerFacts> facts, std::atomic<Era>& era,
                           std::atomic<std::uint64_t>& ids, const ServerNews& news)
    : place_{executor, time, log, random, home, std::move(facts), ids, news},
      era_(era),
      tasks_(executor, [&log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine that listens to a server");
      }) {
  if (home.is_for_news()) place_.next_attempt = time.steady_now() + random_part(random, kWatchStartSpread);
  home.on_shared_changed([this] { take_change_of_session(); });
}

void ChannelWatch::hear(OfferedNews offered) {
  place_.offered = offered;
  if (!offered.is_enabled) place_.uris.clear(untold_error(place_.facts->spec));
  tell_hearing();
  wake();
}

void ChannelWatch::subscribe(std::string uri, std::shared_ptr<WatchedUris::Confirmation> reply) {
  if (reply && !place_.offered.is_enabled)
    return WatchedUris::Confirmation::give(reply, untold_error(place_.facts->spec));
  if (closed_ || !place_.home.is_shared()) {
    if (!reply) return;
    const Error none{ErrorCode::kUnavailable,
                     "server '" + place_.server() +
                         "' cannot tell of changes of resources: no process of it is kept, since its session_mode is "
                         "not stateful",
                     {}};
    return WatchedUris::Confirmation::give(reply, closed_ ? gone_error(place_.facts->spec) : none);
  }
  place_.uris.add(uri, std::move(reply));
  wake();
}

void ChannelWatch::unsubscribe(const std::string& uri) {
  place_.uris.remove(uri);
  wake();
}

bool ChannelWatch::has_work() const {
  if (!place_.home.is_shared()) return false;
  return is_modern() ? listen_.is_wanted() : !place_.uris.empty() || !subscribed_.taken.empty() || wants_lists();
}

void ChannelWatch::wake() {
  place_.home.hold_shared(!place_.uris.empty() || wants_lists());
  place_.changed.notify_all();
  if (closed_ || !has_work() || std::exchange(running_, true)) return;
  tasks_.spawn(run());
}

// A session was opened, or has ended: then what was subscribed to over it is lost, and what it would have said since.
void ChannelWatch::take_change_of_session() {
  const bool is_there = place_.home.shared_greeting().has_value();
  const bool was_there = std::exchange(has_session_, is_there);
  if (is_there && !was_there && wants_lists()) {
    place_.note_standing();
    if (std::exchange(has_heard_, true)) {
      place_.news.lists_changed();
    } else {
      place_.news.lists_unheard();
    }
  }
  if (!is_there && (wants_lists() || !subscribed_.empty())) {
    subscribed_ = {};
    place_.note_failure();
  }
  tell_hearing();
  wake();
}

void ChannelWatch::tell_hearing() const {
  if (!place_.home.is_for_news()) return;
  place_.news.set_hearing(has_session_ && place_.offered.all_lists ? Hearing::kYes : Hearing::kNo);
}

Task<void> ChannelWatch::run() {
  for (;;) {
    const bool stop = co_await is_cancelled();
    if (stop || !has_work()) break;
    auto working = is_modern() ? listen_.run() : keep_subscriptions();
    co_await std::move(working);
  }
  running_ = false;
}

Task<void> ChannelWatch::keep_subscriptions() {
  while (has_work() && !is_modern()) {
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
    std::string unwanted = subscribed_.next_unwanted(place_.uris);
    std::string missing = subscribed_.next_missing(place_.uris);
    if (!unwanted.empty()) {
      subscribed_.taken.erase(unwanted);
      auto answer = co_await ask("resources/unsubscribe", uri_params(unwanted));
      (void)answer.has_value();
    } else if (missing.empty() && (has_session_ || !wants_lists())) {
      const bool woken = co_await place_.changed.wait();
      if (!woken) co_return;
    } else if (place_.time.steady_now() < place_.next_attempt && !place_.uris.any_awaited()) {
      co_await place_.pause();
    } else if (missing.empty()) {
      co_await open_session();
    } else {
      co_await subscribe_at_server(std::move(missing));
    }
  }
}

// Any request does.
Task<void> ChannelWatch::open_session() {
  auto answer = co_await ask("ping", "{}");
  if (answer) co_return;
  place_.log.debug("a server could not be listened to", {{"server", place_.server()}, {"failures", place_.failures}});
  if (!has_session_) place_.note_failure();
}

Task<void> ChannelWatch::subscribe_at_server(std::string uri) {
  auto answer = co_await ask("resources/subscribe", uri_params(uri));
  if (!answer) {
    place_.note_failure();
    place_.uris.fail_awaited(answer.error());
    co_return;
  }
  if (answer->is_error()) {
    const Error error{
        ErrorCode::kUpstreamRejected, "server '" + place_.server() + "': " + error_message_of(*answer), {}};
    place_.log.info("a server did not take a subscription", {{"server", place_.server()}, {"why", error.message}});
    subscribed_.refuse(place_.uris, uri, error);
    co_return;
  }
  place_.note_standing();
  subscribed_.taken.insert(uri);
  if (!place_.uris.confirm(uri)) co_return;
  place_.news.lists_changed();
  place_.news.resource_updated(uri);
}

Task<Result<mcp::Response>> ChannelWatch::ask(std::string method, std::string params) {
  const ServerFacts& facts = *place_.facts;
  const std::uint64_t id = place_.ids.fetch_add(1);
  const auto call = std::make_shared<ChannelCall>(place_.executor, id, request_text(id, method, params));
  call->is_own = true;
  place_.home.submit(call);
  const Seconds limit = 2 * facts.init_timeout;  // The session may have to be opened.
  auto answering = answer_of(call, facts.spec);
  auto answer = co_await with_deadline(place_.time, place_.time.steady_now() + limit, std::move(answering));
  if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
    place_.home.cancel(id, "it took too long");
    co_return call_timeout_error(facts.spec, method, limit);
  }
  co_return answer;
}

Task<void> ChannelWatch::end() {
  closed_ = true;
  tasks_.cancel();
  co_await tasks_.join();
  place_.uris.fail_awaited(gone_error(place_.facts->spec));
}

}  // namespace jungle::upstream

#include "upstream/legacy_watch.h"

#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/with_deadline.h"
#include "base/without_throwing.h"
#include "mcp/json_text.h"
#include "upstream/hop.h"
#include "upstream/http_post.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

// Relays what comes before the answer to a request of ours, as what comes on the stream.
class NewsListener final : public PostListener {
 public:
  NewsListener(const WatchPlace& place, LinkUse use) : place_(place), use_(std::move(use)) {}
  Task<void> on_notification(mcp::Notification notification, http::ClientResponse&) override {
    place_.news.take(notification);
    co_return;
  }
  Task<void> on_request(mcp::Request request, http::ClientResponse&) override {
    say(place_.worker, use_, answer_without_client(request));
    co_return;
  }

 private:
  const WatchPlace& place_;
  const LinkUse use_;
};

}  // namespace

Task<WatchEnd> LegacyWatch::run(oauth::AccessTokenPtr token) {
  using namespace asio::experimental::awaitable_operators;
  token_ = std::move(token);
  is_open_ = false;
  auto reading = without_throwing(read_stream());
  auto keeping = without_throwing(keep_subscriptions());
  const auto first = co_await (std::move(reading) || std::move(keeping));
  is_open_ = false;
  co_return first.index() == 0 ? std::get<0>(first) : std::get<1>(first);
}

Task<WatchEnd> LegacyWatch::read_stream() {
  const StreamEnd end = co_await read_event_stream(place_.worker, use(), stream_, *this);
  switch (end) {
    case StreamEnd::kOver:
      co_await until_answered();
      co_return WatchEnd::kOver;
    case StreamEnd::kUnavailable:
      co_return WatchEnd::kFailed;
    case StreamEnd::kRefused:
      co_return WatchEnd::kRefused;
    case StreamEnd::kSessionGone:
      // A place that it cannot go on from says nothing about the session.
      if (!stream_.last_event_id.empty()) {
        stream_.last_event_id.clear();
        co_return WatchEnd::kFailed;
      }
      co_return was_open_ ? WatchEnd::kGone : WatchEnd::kNone;
    case StreamEnd::kNone:
      break;
  }
  co_return WatchEnd::kNone;
}

// A stream that comes and goes must not cut off what is just being asked, or about to be.
Task<void> LegacyWatch::until_answered() {
  while (is_asking_ || place_.uris.any_awaited()) {
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
    const bool woken = co_await place_.changed.wait();
    if (!woken) co_return;
  }
}

void LegacyWatch::on_open(bool resumed) {
  is_open_ = true;
  const bool again = std::exchange(place_.has_heard, true);
  if (!again && place_.offered.any_list()) place_.news.lists_unheard();
  if (again && !resumed) {
    place_.news.lists_changed();
    report_updates();
  }
  was_open_ = true;
  place_.set_hearing(Hearing::kYes);
  place_.changed.notify_all();
}

void LegacyWatch::report_updates() {
  for (const std::string& uri : subscribed_.taken)
    place_.news.resource_updated(uri);
}

void LegacyWatch::on_message(mcp::Message message) {
  place_.has_told = true;
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    place_.news.take(*notification);
  } else if (const auto* request = std::get_if<mcp::Request>(&message)) {
    say(place_.worker, use(), answer_without_client(*request));
  }
}

// Some servers send the head of a stream with its first event only.
Task<Result<void>> LegacyWatch::until_open() {
  while (!is_open_) {
    const bool woken = co_await place_.changed.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

Task<WatchEnd> LegacyWatch::keep_subscriptions() {
  Time& time = place_.worker.time;
  auto opening = until_open();
  const auto opened = co_await with_deadline(time, time.steady_now() + kStreamOpenTime, std::move(opening));
  (void)opened;
  for (;;) {
    const bool stop = co_await is_cancelled();
    if (stop) co_return WatchEnd::kOver;
    if (is_gone_) co_return WatchEnd::kGone;
    place_.uris.confirm_awaited(subscribed_.taken);
    std::string unwanted = subscribed_.next_unwanted(place_.uris);
    std::string missing = subscribed_.next_missing(place_.uris);
    if (!unwanted.empty()) {
      subscribed_.taken.erase(unwanted);
      auto answer = co_await ask("resources/unsubscribe", std::move(unwanted));
      (void)answer.has_value();
    } else if (!missing.empty()) {
      co_await subscribe(std::move(missing));
    } else if (!place_.is_wanted()) {
      co_return WatchEnd::kUnwanted;
    } else {
      const bool woken = co_await place_.changed.wait();
      if (!woken) co_return WatchEnd::kOver;
    }
  }
}

Task<void> LegacyWatch::subscribe(std::string uri) {
  auto answer = co_await ask("resources/subscribe", uri);
  if (is_gone_) co_return;
  if (answer && !answer->is_error()) {
    subscribed_.taken.insert(uri);
    if (place_.uris.confirm(uri)) place_.news.resource_updated(uri);
    co_return;
  }
  Error error =
      answer ? Error{ErrorCode::kUpstreamRejected, "server '" + place_.server() + "': " + error_message_of(*answer), {}}
             : answer.error();
  place_.worker.log.info("a server did not take a subscription", {{"server", place_.server()}, {"why", error.message}});
  subscribed_.refuse(place_.uris, uri, error);
}

Task<Result<mcp::Response>> LegacyWatch::ask(std::string method, std::string uri) {
  const catalog::ServerSpec& spec = place_.facts->spec;
  const std::string params = uri_params(uri);
  const HttpPost request{.endpoint = *place_.endpoint,
                         .token = token_.get(),
                         .fixed_headers = link_->headers,
                         .headers = {},
                         .id = place_.ids.fetch_add(1),
                         .method = method,
                         .params = params,
                         .deadline = place_.worker.time.steady_now() + place_.facts->init_timeout};
  NewsListener listener(place_, use());
  is_asking_ = true;
  auto answer = co_await post(place_.worker, request, listener);
  is_asking_ = false;
  place_.changed.notify_all();
  if (!answer) co_return connect_error(spec, answer.error(), place_.endpoint->url().host_is_loopback());
  is_gone_ = answer->status == 404 && !answer->names_our_id && !link_->session_id.empty();
  if (!answer->response || answer->is_refused()) co_return answer_error(spec, *answer, token_.get());
  co_return std::move(*answer->response);
}

void LegacyWatch::close(oauth::AccessTokenPtr token) {
  if (is_gone_ || link_->session_id.empty()) return;
  LinkUse last{place_.endpoint, link_, std::move(token)};
  place_.worker.background.spawn(run_close_session(place_.worker, std::move(last), 0));
}

}  // namespace jungle::upstream

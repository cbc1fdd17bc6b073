#include "upstream/channel_listen.h"

#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/without_throwing.h"
#include "mcp/error_code.h"
#include "upstream/hop.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {

// One request and what became of it.
struct ChannelListen::Listen {
  ListenFilter filter;
  std::shared_ptr<ChannelCall> call;
  std::optional<ListenFilter> acknowledged;  // What of it the server honours.
  bool is_stopped = false;
  bool has_ended = false;
};

namespace {

// The process may have to be started.
Seconds acknowledgement_time(const ServerFacts& facts) { return 2 * facts.init_timeout; }

template <class Listen>
Task<Result<void>> relay(ChannelWatchPlace& place, std::shared_ptr<Listen> listen) {
  ChannelCall& call = *listen->call;
  while (!call.answer() && !listen->is_stopped) {
    while (auto event = call.next_event()) {
      if (auto honoured = read_acknowledgement(*event)) {
        listen->acknowledged = std::move(honoured);
        place.changed.notify_all();
      } else if (listen->acknowledged) {
        place.news.take(*event);
      }
    }
    if (call.answer() || listen->is_stopped) break;
    const bool woken = co_await call.changed();
    if (!woken) break;
  }
  co_return Result<void>();
}

// A server that does not acknowledge in time does not take it.
template <class Listen>
Task<Result<void>> expire(ChannelWatchPlace& place, std::shared_ptr<Listen> listen) {
  co_await place.time.sleep_until(place.time.steady_now() + acknowledgement_time(*place.facts));
  for (;;) {
    const bool stopped = co_await is_cancelled();
    if (stopped || !listen->acknowledged) break;
    const bool woken = co_await place.changed.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

}  // namespace

bool ChannelListen::is_wanted() const {
  return !place_.uris.empty() || (place_.offered.any_list() && place_.home.shared_greeting());
}

Task<void> ChannelListen::run() {
  for (;;) {
    const bool stopped = co_await is_cancelled();
    if (stopped) break;
    settle();
    if (!is_wanted()) break;
    ListenFilter wanted{place_.offered, place_.uris.all()};
    const bool is_asked = next_ || (current_ && current_->filter == wanted) || (refused_ && refused_->filter == wanted);
    if (is_asked) {
      const bool woken = co_await place_.changed.wait();
      if (!woken) break;
    } else if (place_.time.steady_now() < place_.next_attempt && !place_.uris.any_awaited()) {
      co_await place_.pause();
    } else {
      next_ = start(std::move(wanted));
    }
  }
  stop(std::exchange(current_, nullptr));
  stop(std::exchange(next_, nullptr));
  refused_ = nullptr;
}

void ChannelListen::settle() {
  if (next_ && next_->acknowledged && !next_->has_ended) take_place(std::exchange(next_, nullptr));
  if (current_ && current_->has_ended) {
    current_ = nullptr;
    refused_ = nullptr;
    has_lost_ = true;
    place_.note_failure();
  }
  if (next_ && next_->has_ended) drop_failed(std::exchange(next_, nullptr));
  if (current_) place_.uris.confirm_awaited(current_->acknowledged->uris);
}

void ChannelListen::take_place(ListenPtr next) {
  const bool missed_some = !current_ && std::exchange(has_lost_, false);
  stop(std::exchange(current_, std::move(next)));
  refused_ = nullptr;
  place_.note_standing();
  upstream::settle(place_, current_->filter, *current_->acknowledged, missed_some);
}

void ChannelListen::drop_failed(ListenPtr failed) {
  Error error = call_timeout_error(place_.facts->spec, kListenMethod, acknowledgement_time(*place_.facts));
  const auto& answer = failed->call->answer();
  const bool is_answered = answer && *answer && (*answer)->is_error();
  if (answer && !*answer) error = answer->error();
  if (is_answered) {
    error = Error{ErrorCode::kUpstreamRejected, "server '" + place_.server() + "': " + error_message_of(**answer), {}};
  }
  for (const std::string& uri : failed->filter.uris)
    place_.uris.refuse(uri, error);
  const bool has_none = is_answered && error_code_of(**answer) == mcp::kMethodNotFound;
  if (current_ || has_none) {
    refused_ = std::move(failed);
  } else {
    place_.note_failure();
  }
}

ChannelListen::ListenPtr ChannelListen::start(ListenFilter filter) {
  const std::uint64_t id = place_.ids.fetch_add(1);
  const std::string params =
      own_params(Era::kModern, filter.members(), place_.facts->client_info, filter.capabilities());
  auto listen = std::make_shared<Listen>();
  listen->filter = std::move(filter);
  listen->call = std::make_shared<ChannelCall>(place_.executor, id, request_text(id, kListenMethod, params));
  listen->call->is_own = true;
  tasks_.spawn(run_listen(place_, listen));
  return listen;
}

void ChannelListen::stop(ListenPtr listen) {
  if (!listen || listen->has_ended) return;
  listen->is_stopped = true;
  place_.home.cancel(listen->call->id, "nobody listens any more");
  listen->call->wake();
}

Task<void> ChannelListen::run_listen(ChannelWatchPlace& place, ListenPtr listen) {
  using namespace asio::experimental::awaitable_operators;
  place.home.submit(listen->call);
  auto relaying = without_throwing(relay(place, listen));
  auto expiring = without_throwing(expire(place, listen));
  co_await (std::move(relaying) || std::move(expiring));
  if (!listen->call->answer() && !listen->is_stopped) place.home.cancel(listen->call->id, "nothing was acknowledged");
  listen->has_ended = true;
  place.changed.notify_all();
}

}  // namespace jungle::upstream

#include "upstream/modern_watch.h"

#include <array>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/without_throwing.h"
#include "mcp/error_code.h"
#include "upstream/hop.h"
#include "upstream/http_post.h"
#include "upstream/limits.h"
#include "upstream/listen_filter.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
// One request and what became of it.
class ModernWatch::Listen final : public PostListener {
 public:
  Listen(WatchPlace& place, oauth::AccessTokenPtr token_of_the_moment)
      : token(std::move(token_of_the_moment)),
        id(place.ids.fetch_add(1)),
        filter{place.offered, place.uris.all()},
        place_(place),
        stopped_(place.worker.executor) {}

  Task<void> on_notification(mcp::Notification notification, http::ClientResponse& stream) override {
    if (subscription_of(notification) != id) co_return;
    if (auto honoured = read_acknowledgement(notification)) {
      acknowledged = std::move(honoured);
      stream.set_deadline(kNever);
      place_.changed.notify_all();
    } else if (acknowledged) {
      place_.has_told = true;
      place_.news.take(notification);
    }
  }
  Task<void> on_request(mcp::Request, http::ClientResponse&) override { co_return; }

  void stop() {
    is_stopped_ = true;
    stopped_.notify_all();
  }
  Task<Result<void>> until_stopped() {
    return stopped_.until([this] { return is_stopped_; });
  }

  const oauth::AccessTokenPtr token;
  const std::uint64_t id;
  const ListenFilter filter;                 // What it asks for,
  std::optional<ListenFilter> acknowledged;  // and what of it the server honours.
  std::optional<Result<HttpAnswer>> answer;  // It has ended.

 private:
  WatchPlace& place_;
  Signal stopped_;
  bool is_stopped_ = false;
};

Task<WatchEnd> ModernWatch::run(oauth::AccessTokenPtr token) {
  current_ = nullptr;
  next_ = start(token);
  WatchEnd end = WatchEnd::kOver;
  for (;;) {
    const bool stop = co_await is_cancelled();
    if (stop) break;
    if (!place_.is_wanted()) {
      end = WatchEnd::kUnwanted;
      break;
    }
    if (next_ && next_->acknowledged && !next_->answer) take_place(std::exchange(next_, nullptr));
    if (current_ && current_->answer) {
      end = WatchEnd::kOver;
      break;
    }
    if (next_ && next_->answer) {
      end = end_of(*next_);
      if (!current_) break;
      refused_ = std::exchange(next_, nullptr);
    }
    if (current_) place_.uris.confirm_awaited(current_->acknowledged->uris);
    if (!next_ && !is_asked_for(current_) && !is_asked_for(refused_)) {
      next_ = start(token);
      continue;
    }
    const bool woken = co_await place_.changed.wait();
    if (!woken) break;
  }
  for (const ListenPtr& listen : {std::exchange(current_, nullptr), std::exchange(next_, nullptr)}) {
    if (listen) listen->stop();
  }
  co_return end;
}

// Whether a request asks for all that is wanted, and no more.
bool ModernWatch::is_asked_for(const ListenPtr& listen) const {
  return listen && listen->filter == ListenFilter{place_.offered, place_.uris.all()};
}

void ModernWatch::take_place(ListenPtr next) {
  const bool is_first = current_ == nullptr;
  if (current_) current_->stop();
  current_ = std::move(next);
  refused_ = nullptr;
  const bool again = std::exchange(place_.has_heard, true);
  if (!again && place_.offered.any_list()) place_.news.lists_unheard();
  const bool hears_all = current_->acknowledged->has_lists_of(current_->filter);
  place_.set_hearing(hears_all ? Hearing::kYes : Hearing::kNo);
  settle(place_, current_->filter, *current_->acknowledged, is_first && again);
}

ModernWatch::ListenPtr ModernWatch::start(const oauth::AccessTokenPtr& token) {
  auto listen = std::make_shared<Listen>(place_, token);
  tasks_.spawn(run_listen(place_, link_, listen));
  return listen;
}

Task<void> ModernWatch::run_listen(WatchPlace& place, HttpLinkPtr link, ListenPtr listen) {
  using namespace asio::experimental::awaitable_operators;
  const ListenFilter& filter = listen->filter;
  const std::string params =
      own_params(Era::kModern, filter.members(), place.facts->client_info, filter.capabilities());
  const std::array<http::Header, 1> headers{http::Header{"Mcp-Method", kListenMethod}};
  const HttpPost request{.endpoint = *place.endpoint,
                         .token = listen->token.get(),
                         .fixed_headers = link->headers,
                         .headers = headers,
                         .id = listen->id,
                         .method = kListenMethod,
                         .params = params,
                         .form = mcp::ResultForm::kModern,
                         .deadline = place.worker.time.steady_now() + place.facts->init_timeout};
  auto posting = without_throwing(post(place.worker, request, *listen));
  auto stopping = without_throwing(listen->until_stopped());
  auto first = co_await (std::move(posting) || std::move(stopping));
  if (first.index() == 0) listen->answer.emplace(std::get<0>(std::move(first)));
  place.changed.notify_all();
}

// What to say to whoever waits for a request that was not acknowledged.
WatchEnd ModernWatch::end_of(const Listen& listen) {
  const catalog::ServerSpec& spec = place_.facts->spec;
  const Result<HttpAnswer>& answer = *listen.answer;
  WatchEnd end = WatchEnd::kFailed;
  Error error = gone_error(spec);
  if (!answer) {
    error = connect_error(spec, answer.error(), place_.endpoint->url().host_is_loopback());
  } else if (answer->refusal || !answer->response) {
    error = answer_error(spec, *answer, listen.token.get());
    if (answer->refusal) end = WatchEnd::kRefused;
  } else if (answer->response->is_error()) {
    error = Error{
        ErrorCode::kUpstreamRejected, "server '" + place_.server() + "': " + error_message_of(*answer->response), {}};
    if (error_code_of(*answer->response) == mcp::kMethodNotFound) end = WatchEnd::kNone;
  }
  for (const std::string& uri : listen.filter.uris)
    place_.uris.refuse(uri, error);
  return end;
}

}  // namespace jungle::upstream

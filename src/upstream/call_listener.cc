#include "upstream/call_listener.h"

#include <algorithm>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/without_throwing.h"
#include "upstream/hop.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// Collects what comes before the answer. A server that says more than the client reads has to wait.
class InboxListener final : public PostListener {
 public:
  explicit InboxListener(std::shared_ptr<CallInbox> inbox) : inbox_(std::move(inbox)) {}

  Task<void> on_notification(mcp::Notification notification, http::ClientResponse&) override {
    co_await inbox_->room();
    RemoteCall::tell(inbox_, std::move(notification));
  }
  Task<void> on_request(mcp::Request request, http::ClientResponse&) override {
    co_await inbox_->room();
    CallInbox::put(inbox_, std::move(request));
  }

 private:
  const std::shared_ptr<CallInbox> inbox_;
};

// Ends only when it is cancelled: what came before the answer is still to be relayed.
Task<void> post_into(Worker& worker, const HttpPost& request, std::shared_ptr<CallInbox> inbox,
                     std::optional<Result<HttpAnswer>>& answer) {
  InboxListener listener(inbox);
  auto posted = co_await post(worker, request, listener);
  const bool stop = co_await is_cancelled();
  if (stop) co_return;
  answer.emplace(std::move(posted));
  inbox->wake();
  for (bool woken = true; woken;)
    woken = co_await inbox->changed();
}

}  // namespace

CallListener::CallListener(Worker& worker, const ServerNews& news, LinkUse use, const mcp::Request& request,
                           const mcp::CallContext& call, mcp::EventSink& events, const CallClock& clock,
                           std::string_view progress_token)
    : worker_(worker),
      news_(news),
      use_(std::move(use)),
      call_(call),
      events_(events),
      clock_(clock),
      own_token_(progress_token),
      client_token_(progress_token_of(request)) {}

Task<void> CallListener::on_notification(mcp::Notification notification, http::ClientResponse& answer) {
  if (notification.method == "notifications/progress") {
    move_deadline(clock_.deadline_from(worker_.deadlines.coarse_now()));
    answer.set_deadline(deadline_);
  }
  co_await relay(std::move(notification));
}

Task<void> CallListener::on_request(mcp::Request request, http::ClientResponse& answer) {
  co_await relay(std::move(request));
  if (deadline_ != SteadyTime()) answer.set_deadline(deadline_);
}

Task<void> CallListener::relay(mcp::Notification notification) {
  if (news_.take(notification)) co_return;
  if (auto withdrawn = withdrawn_request(notification)) {
    co_await events_.withdraw(std::move(*withdrawn));
    co_return;
  }
  auto event = event_for_client(notification, client_token_, own_token_, call_);
  if (!event) co_return;
  auto sent = co_await events_.send(std::move(*event));
  (void)sent.has_value();  // Nobody listens any more; the call itself goes on.
}

Task<void> CallListener::relay(mcp::Request request) {
  if (use_.link->era == Era::kModern) co_return;  // They have no way to be answered.
  std::function<void(std::string)> send = [&worker = worker_, use = use_](std::string text) {
    worker.background.spawn(run_say(worker, use, std::move(text)));
  };
  auto refusal = co_await relay_to_client(std::move(request), call_, events_, std::move(send));
  if (refusal) {
    say(worker_, use_, std::move(*refusal));  // A server that asks without end gets some of them.
  } else {
    move_deadline(clock_.deadline_from(worker_.deadlines.coarse_now() + kInputTime));
  }
}

Task<void> CallListener::relay_from(std::shared_ptr<CallInbox> inbox, const std::optional<Result<HttpAnswer>>& answer,
                                    SteadyTime deadline) {
  deadline_ = deadline;
  DeadlineList::Entry expiry([&inbox] { inbox->wake(); });
  for (;;) {
    while (auto question = inbox->next_question())
      co_await relay(std::move(*question));
    while (auto event = inbox->next_event()) {
      if (event->method == "notifications/progress")
        move_deadline(clock_.deadline_from(worker_.deadlines.coarse_now()));
      co_await relay(std::move(*event));
    }
    const bool stop = co_await is_cancelled();
    if (stop || answer || inbox->is_overrun() || worker_.deadlines.coarse_now() >= deadline_) co_return;
    worker_.deadlines.arm(expiry, deadline_);
    const bool woken = co_await inbox->changed();
    if (!woken) co_return;
  }
}

Task<Result<HttpAnswer>> post_beside_stream(Worker& worker, const HttpPost& request, CallListener& listener,
                                            const SessionStream::Flight& flight) {
  using namespace asio::experimental::awaitable_operators;
  const bool is_late = co_await is_cancelled();
  if (is_late) co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
  HttpPost lasting = request;
  lasting.deadline = kNever;  // The listener keeps the time.
  std::optional<Result<HttpAnswer>> answer;
  auto posting = without_throwing(post_into(worker, lasting, flight.inbox(), answer));
  auto relaying = without_throwing(listener.relay_from(flight.inbox(), answer, request.deadline));
  co_await (std::move(posting) || std::move(relaying));
  if (flight.inbox()->is_overrun()) co_return overrun_error();
  if (answer) co_return std::move(*answer);
  const bool stop = co_await is_cancelled();
  if (stop) co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
  co_return Error{ErrorCode::kDeadlineExceeded, "the call's time is up", {}};
}

}  // namespace jungle::upstream

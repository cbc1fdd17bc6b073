#include "upstream/call_listener.h"

#include <algorithm>
#include <utility>

#include "upstream/hop.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// An answer to a request of a legacy server travels in a POST of its own.
Task<void> run_answer(Worker& worker, LinkUse use, std::string text) {
  const SteadyTime deadline = worker.time.steady_now() + kGoodbyeTimeout;
  auto told = co_await post_message(worker, *use.endpoint, use.token.get(), use.link->headers, text, deadline);
  (void)told.has_value();
}

// Our own answers; a server that asks without end gets some of them.
void refuse(Worker& worker, const LinkUse& use, std::string text) {
  if (worker.background.size() < kGoodbyesMax) worker.background.spawn(run_answer(worker, use, std::move(text)));
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
    move_deadline(clock_.deadline_from(worker_.deadlines.coarse_now()), answer);
  }
  if (news_.take(notification)) co_return;
  auto event = event_for_client(notification, client_token_, own_token_, call_);
  if (!event) co_return;
  auto sent = co_await events_.send(std::move(*event));
  (void)sent.has_value();  // Nobody listens any more; the call itself goes on.
}

Task<void> CallListener::on_request(mcp::Request request, http::ClientResponse& answer) {
  if (use_.link->era == Era::kModern) co_return;  // They have no way to be answered.
  std::function<void(std::string)> send = [&worker = worker_, use = use_](std::string text) {
    worker.background.spawn(run_answer(worker, use, std::move(text)));
  };
  auto refusal = co_await relay_to_client(std::move(request), call_, events_, std::move(send));
  if (refusal) {
    refuse(worker_, use_, std::move(*refusal));
  } else {
    move_deadline(clock_.deadline_from(worker_.deadlines.coarse_now() + kInputTime), answer);
  }
}

void CallListener::move_deadline(SteadyTime to, http::ClientResponse& answer) {
  deadline_ = std::max(deadline_, to);
  answer.set_deadline(deadline_);
}

}  // namespace jungle::upstream

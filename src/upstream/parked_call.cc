#include "upstream/parked_call.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/without_throwing.h"
#include "mcp/input_required.h"
#include "upstream/limits.h"
#include "upstream/parked_calls.h"

namespace jungle::upstream {
namespace {

// What makes a request the same one: its own params, without what changes from round to round.
std::string salient(const mcp::Request& request) {
  std::string text = request.method_name;
  for (const std::string_view key : {"name", "uri", "arguments"}) {
    text += '\n';
    text += request.params.find(key).value_or(std::string_view());
  }
  return text;
}

}  // namespace

ParkedCall::ParkedCall(Worker& worker, ParkedCalls& calls, std::shared_ptr<mcp::Service> server, mcp::Request request,
                       const mcp::CallContext& context)
    : worker_(worker),
      calls_(calls),
      server_(std::move(server)),
      request_(std::move(request)),
      context_(context),
      stop_(worker.executor) {
  context_.param_headers = nullptr;  // The exchange's.
  for (const HeaderField& field : context_.client_headers)
    header_texts_.emplace_back(field.name, field.value);
  for (const auto& [name, value] : header_texts_)
    headers_.push_back(HeaderField{name, value});
  context_.client_headers = headers_;
}

void ParkedCall::start(std::shared_ptr<RemoteCall> leg) {
  leg_ = std::move(leg);
  worker_.parked.spawn(run());
}

Task<void> ParkedCall::run() {
  using namespace asio::experimental::awaitable_operators;
  const auto keep = shared_from_this();
  mcp::Request request = request_;
  request.param_headers = nullptr;  // A legacy server wants none, and they are the catalog's.
  auto answer = without_throwing(server_->handle(std::move(request), context_, *this));
  auto stopping = without_throwing(stop_.until([this] { return stopped_; }));
  auto first = co_await (std::move(answer) || std::move(stopping));
  stopped_ = true;
  if (first.index() == 0) {
    outcome_ = std::get<0>(std::move(first));
  } else {
    outcome_ = Error{ErrorCode::kCancelled, "the call was given up", {}};
  }
  questions_.clear();
  deliver();
}

void ParkedCall::stop() {
  stopped_ = true;
  stop_.notify_all();
  expiry_.disarm();
  if (!state_.empty()) calls_.remove(std::exchange(state_, {}));
}

void ParkedCall::give_up(const std::shared_ptr<RemoteCall>& leg) {
  if (leg_ != leg) return;
  leg_ = nullptr;
  stop();
}

void ParkedCall::deliver() {
  if (!leg_ || !outcome_) return;  // Kept for the client that comes back.
  RemoteCall::finish(std::exchange(leg_, nullptr), std::move(*outcome_));
}

void ParkedCall::resume(std::shared_ptr<RemoteCall> leg, const std::string& responses) {
  leg_ = std::move(leg);
  state_.clear();
  expiry_.disarm();
  questions_.answer(responses);
  if (outcome_) return deliver();
  if (!questions_.empty()) park();
}

bool ParkedCall::is_repeated_by(const mcp::Request& request, const mcp::CallContext& context) const {
  return context.principal == context_.principal && context.scope == context_.scope &&
         salient(request) == salient(request_);
}

Task<Result<void>> ParkedCall::send(mcp::Notification event) {
  if (!leg_) co_return Error{ErrorCode::kUnavailable, "the client is not here at the moment", {}};
  RemoteCall::tell(leg_, std::move(event));
  co_return Result<void>();
}

Task<Result<void>> ParkedCall::ask(mcp::InputRequest question, OnAnswer on_answer) {
  if (auto added = questions_.add(std::move(question), std::move(on_answer)); !added) co_return added;
  if (!std::exchange(parking_, true)) worker_.parked.spawn(run_park());
  co_return Result<void>();
}

Task<void> ParkedCall::withdraw(std::string asker_id) {
  questions_.withdraw(asker_id);
  co_return;
}

// A server that asks several things at once gets them answered at once.
Task<void> ParkedCall::run_park() {
  const auto keep = shared_from_this();
  co_await worker_.time.sleep_until(worker_.time.steady_now() + kParkPause);
  parking_ = false;
  const bool stop = co_await is_cancelled();
  if (!stop && !outcome_ && !questions_.empty()) park();
}

void ParkedCall::park() {
  if (!leg_) return;  // The client will find the questions when it comes.
  mcp::InputRequired input;
  input.requests = questions_.all();
  state_ = calls_.add(shared_from_this());
  if (state_.empty()) {
    RemoteCall::finish(std::exchange(leg_, nullptr),
                       Error{ErrorCode::kLimitExceeded, "too many calls of this server wait for their clients", {}});
    return stop();
  }
  input.request_state = "\"" + state_ + "\"";
  worker_.deadlines.arm(expiry_, worker_.deadlines.coarse_now() + kParkedTime);
  RemoteCall::finish(std::exchange(leg_, nullptr), mcp::input_required_result(input));
}

}  // namespace jungle::upstream

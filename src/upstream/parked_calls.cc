#include "upstream/parked_calls.h"

#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "base/cancelled.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "upstream/hop.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kStateBytes = 24;

// Gives a call up when its exchange ends without an answer.
class Interest {
 public:
  Interest(std::shared_ptr<ParkedCall> call, std::shared_ptr<RemoteCall> leg)
      : call_(std::move(call)), leg_(std::move(leg)) {}
  Interest(const Interest&) = delete;
  Interest& operator=(const Interest&) = delete;
  ~Interest() {
    if (!call_) return;
    const Executor executor = call_->executor();
    asio::dispatch(executor, [call = std::move(call_), leg = std::move(leg_)] { call->give_up(leg); });
  }
  // The call must go where it lives, also to be destroyed.
  void answered() {
    const Executor executor = call_->executor();
    asio::dispatch(executor, [call = std::exchange(call_, nullptr)] {});
  }

 private:
  std::shared_ptr<ParkedCall> call_;
  std::shared_ptr<RemoteCall> leg_;
};

// Progress is reported under the token of the request that waits now, which may be another one than at first.
std::optional<mcp::Notification> for_this_leg(mcp::Notification event, std::optional<std::string_view> token) {
  if (event.method != "notifications/progress") return event;
  if (!token) return std::nullopt;
  auto params = mcp::read_params(event.params);
  if (!params) return std::nullopt;
  params->set("progressToken", std::string(*token));
  event.params = params->render({});
  return event;
}

Task<Result<mcp::Response>> answer_of_leg(std::shared_ptr<RemoteCall> leg, std::optional<std::string> token,
                                          mcp::EventSink& events) {
  for (;;) {
    while (auto event = leg->next_event()) {
      auto mine = for_this_leg(std::move(*event), token);
      if (!mine) continue;
      auto sent = co_await events.send(std::move(*mine));
      (void)sent.has_value();  // Nobody listens any more; the call itself goes on.
    }
    if (leg->is_overrun()) co_return overrun_error();
    if (auto& answer = leg->answer()) co_return std::move(*answer);
    const bool stop = co_await is_cancelled();
    if (stop) break;
    const bool woken = co_await leg->changed();
    if (!woken) break;
  }
  co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
}

}  // namespace

bool ParkedCalls::concerns(const mcp::Request& request, const mcp::CallContext& call, const mcp::EventSink& events) {
  if (events.can_ask() || !mcp::is_modern(call.revision) || !mcp::takes_input(request.method)) return false;
  return call.client_capabilities.any() || request.params.has("requestState");
}

Task<Result<mcp::Response>> ParkedCalls::handle(Worker& worker, std::shared_ptr<mcp::Service> server,
                                                mcp::Request request, const mcp::CallContext& call,
                                                mcp::EventSink& events) {
  const auto leg = std::make_shared<RemoteCall>(worker.executor);
  const auto raw_token = progress_token_of(request);
  std::optional<std::string> token;
  if (raw_token) token = *raw_token;
  std::shared_ptr<ParkedCall> parked;
  if (request.params.has("requestState")) {
    const std::string state = request.params.find_string("requestState").value_or("");
    parked = take(state, request, call);
    if (!parked) {
      co_return mcp::Response::error(mcp::kInvalidParams,
                                     "requestState is unknown, has expired or belongs to another request: repeat the "
                                     "call without it");
    }
    std::string responses(request.params.find("inputResponses").value_or("{}"));
    asio::dispatch(parked->executor(),
                   [parked, leg, responses = std::move(responses)] { parked->resume(leg, responses); });
  } else {
    parked = std::make_shared<ParkedCall>(worker, *this, std::move(server), std::move(request), call);
    parked->start(leg);
  }
  Interest interest(std::move(parked), leg);
  auto answer = co_await answer_of_leg(leg, std::move(token), events);
  if (leg->answer()) interest.answered();
  co_return answer;
}

std::string ParkedCalls::add(std::shared_ptr<ParkedCall> call) {
  std::string state = random_hex(random_, kStateBytes);
  const bool added = waiting_.with([&](Waiting& waiting) {
    if (waiting.closed || waiting.calls.size() >= kParkedCallsMax) return false;
    return waiting.calls.emplace(state, std::move(call)).second;
  });
  return added ? state : std::string();
}

std::shared_ptr<ParkedCall> ParkedCalls::take(const std::string& state, const mcp::Request& request,
                                              const mcp::CallContext& call) {
  return waiting_.with([&](Waiting& waiting) -> std::shared_ptr<ParkedCall> {
    const auto found = waiting.calls.find(state);
    if (found == waiting.calls.end() || !found->second->is_repeated_by(request, call)) return nullptr;
    auto taken = std::move(found->second);
    waiting.calls.erase(found);
    return taken;
  });
}

void ParkedCalls::remove(const std::string& state) {
  const auto removed = waiting_.with([&](Waiting& waiting) {
    auto node = waiting.calls.extract(state);
    return node.empty() ? nullptr : std::move(node.mapped());
  });
}

void ParkedCalls::close() {
  auto calls = waiting_.with([](Waiting& waiting) {
    waiting.closed = true;
    return std::exchange(waiting.calls, {});
  });
  for (auto& [state, call] : calls) {
    const Executor executor = call->executor();
    asio::post(executor, [call = std::move(call)] { call->stop(); });
  }
}

}  // namespace jungle::upstream

#include "upstream/channel_upstream.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/cancelled.h"
#include "mcp/error_code.h"
#include "upstream/call_clock.h"
#include "upstream/forwarded_headers.h"
#include "upstream/hop.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {
namespace {

constexpr std::string_view kTooSlow = "the client reads too slowly";

// Withdraws a call from the server's home, unless it was answered.
class Withdrawal {
 public:
  Withdrawal(ChannelHome& home, const std::shared_ptr<ServerState>& owner, std::uint64_t id)
      : home_(home), owner_(owner), id_(id) {}
  Withdrawal(const Withdrawal&) = delete;
  Withdrawal& operator=(const Withdrawal&) = delete;
  ~Withdrawal() {
    if (!owner_) return;
    asio::dispatch(owner_->home.executor, [state = owner_, &home = home_, id = id_, reason = reason_] {
      home.cancel(id, std::string(reason));
    });
  }
  void set_reason(std::string_view reason) { reason_ = reason; }
  void answered() { owner_.reset(); }

 private:
  ChannelHome& home_;
  std::shared_ptr<ServerState> owner_;
  std::uint64_t id_;
  std::string_view reason_ = kGivenUp;  // A constant.
};

// hop_params() for a process that may end with the call: it would take a task with it, so none is wanted.
std::string params_for_one_call(Era era, const mcp::Request& request, mcp::CallContext call, std::string_view own_token,
                                std::string_view client_info) {
  call.takes_tasks = false;
  return hop_params(era, request, call, own_token, client_info);
}

// Whether a server refused a call because it is of the other era, so that it may be asked anew in that one.
bool refused_for_its_era(const Result<mcp::Response>& answer, Era asked, ServerState& state) {
  if (!may_change_era(state.facts->spec)) return false;
  if (!answer) return state.era.load() == Era::kUnknown;  // Its greeting failed, so nothing was asked.
  if (error_code_of(*answer) != mcp::kUnsupportedProtocolVersion) return false;
  const Era era = era_of_discover_answer(*answer);
  if (era == asked) return false;
  state.era.store(era);
  return true;
}

}  // namespace

ChannelUpstream::ChannelUpstream(Worker& worker, std::shared_ptr<ServerState> state)
    : worker_(worker), state_(std::move(state)) {}

Task<Result<mcp::Response>> ChannelUpstream::handle(mcp::Request request, const mcp::CallContext& call,
                                                    mcp::EventSink& events) {
  const auto self = shared_from_this();
  const ServerHealth::Sight sight = state_->health->look();
  const bool must_start = state_->era.load(std::memory_order_relaxed) == Era::kUnknown;
  if (sight != 0 && must_start) {
    if (auto admitted = state_->health->admit(sight); !admitted) co_return admitted.error();
  }
  auto era = co_await era_of_server(sight);
  if (!era) co_return era.error();
  if (*era == Era::kLegacy && ParkedCalls::concerns(request, call, events))
    co_return co_await state_->parked.handle(worker_, self, std::move(request), call, events);
  if (sight != 0 && !must_start) {
    if (auto admitted = state_->health->admit(sight); !admitted) co_return admitted.error();
  }
  auto answer = co_await call_once(*era, sight, request, call, events);
  if (refused_for_its_era(answer, *era, *state_)) {
    era = co_await era_of_server(sight);
    if (!era) co_return era.error();
    answer = co_await call_once(*era, sight, request, call, events);
  } else if (answer && *era == Era::kModern && offers_our_revision(*answer)) {
    answer = co_await call_once(*era, sight, request, call, events);  // It did not run the call, and may take it now.
  }
  if (!answer || *era != Era::kModern) co_return answer;
  co_return without_hop_matters(std::move(*answer), request.method, call, state_->facts->spec.name.str());
}

Task<Result<Era>> ChannelUpstream::era_of_server(ServerHealth::Sight sight) {
  if (const Era era = state_->era.load(); era != Era::kUnknown) co_return era;
  const auto reply = std::make_shared<ChannelHome::EraReply>(worker_.executor);
  asio::dispatch(state_->home.executor, [state = state_, reply] { state->channels->first().find_era(reply); });
  auto era = co_await reply->wait();
  if (!era) co_return cancelled_error(state_->facts->spec);
  if (!*era) {
    state_->health->failed(sight, era->error());
  } else {
    state_->health->reached(sight);
  }
  co_return std::move(*era);
}

// A call that carries fields of its client uses nothing that others use; null for all other calls.
std::shared_ptr<ChannelMaker> ChannelUpstream::own_maker_of(const mcp::CallContext& call) const {
  if (!state_->endpoint) return nullptr;
  const auto own = endpoint_for_call(*state_->endpoint, state_->facts->spec, call.client_headers);
  if (!own) return nullptr;
  SsePlace place = state_->sse_place();
  place.endpoint = own;
  if (own->sends_authorization()) place.tokens = nullptr;
  return std::make_shared<SseMaker>(std::move(place));
}

// Sessions of a legacy server are kept apart by what their clients can do.
ChannelHome& ChannelUpstream::home_of(Era era, const mcp::CallContext& call, const mcp::EventSink& events) const {
  const bool relays = era == Era::kLegacy && events.can_ask();
  return relays ? state_->channels->of(call.client_capabilities) : state_->channels->first();
}

Task<Result<mcp::Response>> ChannelUpstream::call_once(Era era, ServerHealth::Sight sight, const mcp::Request& request,
                                                       const mcp::CallContext& call, mcp::EventSink& events) {
  const ServerFacts& facts = *state_->facts;
  const std::uint64_t id = state_->ids.fetch_add(1, std::memory_order_relaxed);
  const std::string token = std::to_string(id);
  const auto client_token = progress_token_of(request);
  const bool would_lose_task = call.takes_tasks && facts.spec.session_mode != catalog::SessionMode::kStateful;
  const std::string params = would_lose_task ? params_for_one_call(era, request, call, token, facts.client_info)
                                             : hop_params(era, request, call, token, facts.client_info);
  Besides besides;
  if (call.log_level && era == Era::kLegacy) {
    besides.log_level = LogLevelRequest{state_->ids.fetch_add(1), *call.log_level};
  }
  if (makes_task(era, request)) besides.task_result_id = state_->ids.fetch_add(2);
  const auto waiting =
      std::make_shared<ChannelCall>(worker_.executor, id, request_text(id, request.method_name, params), besides);

  waiting->own_maker = own_maker_of(call);

  bool expired = false;
  DeadlineList::Entry expiry([&] {
    expired = true;
    waiting->wake();
  });
  // Until the request is on its way a start may take its time; that has a limit of its own at home.
  const SteadyTime start = worker_.deadlines.coarse_now();
  CallClock clock(start, facts.call_timeout, call);
  worker_.deadlines.arm(expiry, clock.deadline_from(start + facts.init_timeout));
  ChannelHome& home = home_of(era, call, events);
  Withdrawal withdrawal(home, state_, id);
  waiting->on_overrun([state = state_, &home, id] {
    asio::dispatch(state->home.executor, [state, &home, id] { home.cancel(id, std::string(kTooSlow)); });
  });
  asio::dispatch(state_->home.executor, [state = state_, &home, waiting] { home.submit(waiting); });

  const std::function<void(std::string)> answer_server = [state = state_, &home, id](std::string text) {
    asio::dispatch(state->home.executor, [state, &home, id, text = std::move(text)] { home.answer(id, text); });
  };
  for (bool timed = false;;) {
    if (waiting->started() && !std::exchange(timed, true)) {
      if (sight != 0) state_->health->reached(sight);
      worker_.deadlines.arm(expiry, clock.deadline_from(worker_.deadlines.coarse_now()));
    }
    while (auto question = waiting->next_question()) {
      auto refusal = co_await relay_to_client(std::move(*question), call, events, answer_server);
      if (refusal) {
        answer_server(std::move(*refusal));
      } else {
        worker_.deadlines.arm(expiry, clock.deadline_from(worker_.deadlines.coarse_now() + kInputTime));
      }
    }
    while (auto event = waiting->next_event()) {
      if (event->method == "notifications/progress") {
        worker_.deadlines.arm(expiry, clock.deadline_from(worker_.deadlines.coarse_now()));
      }
      if (auto withdrawn = withdrawn_request(*event)) {
        co_await events.withdraw(std::move(*withdrawn));
        continue;
      }
      auto for_client = event_for_client(*event, client_token, token, call);
      if (!for_client) continue;
      auto sent = co_await events.send(std::move(*for_client));
      (void)sent.has_value();  // Nobody listens any more; the call itself goes on.
    }
    if (waiting->is_overrun()) {
      withdrawal.set_reason(kTooSlow);
      co_return overrun_error();
    }
    if (auto& answer = waiting->answer()) {
      withdrawal.answered();
      if (!*answer) {
        state_->health->failed(sight, answer->error());
      } else if (sight != 0) {
        state_->health->reached(sight);
      }
      co_return std::move(*answer);
    }
    if (expired) {
      withdrawal.set_reason("the call took too long");
      co_return clock.error(facts.spec, request.method_name, expiry.deadline());
    }
    const bool stop = co_await is_cancelled();
    if (stop) co_return cancelled_error(facts.spec);
    const bool woken = co_await waiting->changed();
    if (!woken) co_return cancelled_error(facts.spec);
  }
}

}  // namespace jungle::upstream

#include "upstream/http_upstream.h"

#include <optional>
#include <utility>

#include "base/cancelled.h"
#include "base/text.h"
#include "mcp/error_code.h"
#include "mcp/tasks.h"
#include "upstream/call_clock.h"
#include "upstream/forwarded_headers.h"
#include "upstream/hop.h"
#include "upstream/http_call.h"
#include "upstream/http_post.h"
#include "upstream/mirrored_headers.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {

namespace {

// A proxy's word for a server that it cannot reach.
bool says_unreachable(const HttpAnswer& answer) {
  return !answer.response && (answer.status == 502 || answer.status == 503 || answer.status == 504);
}

// A refusal that names no request of ours and talks about sessions or initialization: SDKs answer so, with 400, before
// they look at the request.
bool refuses_session(const HttpAnswer& answer) {
  if (answer.status != 400 || answer.names_our_id) return false;
  const std::string text = ascii_lower(answer.response ? std::string(answer.response->payload()) : answer.instead);
  return text.find("session") != std::string::npos || text.find("not initialized") != std::string::npos;
}

// A modern request was refused the way a legacy server refuses what it does not understand: at the HTTP level, with an
// error that is not one of modern servers (MCP 2026-07-28 basic "Error Codes"; an unknown method is 404 there).
bool may_be_legacy(const HttpAnswer& answer) {
  if (answer.response && error_code_of(*answer.response) == mcp::kUnsupportedProtocolVersion) {
    return era_of_discover_answer(*answer.response) == Era::kLegacy;
  }
  if (answer.status != 400 && answer.status != 404 && answer.status != 405 && answer.status != 406) return false;
  if (!answer.response) return true;
  const int code = error_code_of(*answer.response);
  return !(code <= -32020 && code >= -32099) && !(answer.status == 404 && code == mcp::kMethodNotFound);
}

// A legacy request was refused the way a modern server refuses what lacks its metadata: an error of modern servers, or
// "invalid params" at the HTTP level.
bool may_be_modern(const HttpAnswer& answer) {
  if (!answer.response) return false;
  return looks_modern(*answer.response) ||
         (answer.status == 400 && error_code_of(*answer.response) == mcp::kInvalidParams);
}

}  // namespace

HttpUpstream::HttpUpstream(Worker& worker, std::shared_ptr<ServerState> state)
    : worker_(worker), state_(std::move(state)), task_sessions_(worker) {
  if (state_->tokens) token_.emplace(state_->tokens->published());
  lanes_.push_back(std::make_shared<HttpLane>(worker_, state_, mcp::ClientCapabilities()));
}

// Sessions of a legacy server are kept apart by what their clients can do.
HttpLane& HttpUpstream::lane_of(const mcp::CallContext& call, const mcp::EventSink& events) {
  const bool relays = call.client_capabilities.any() && events.can_ask();
  if (!relays || closed_ || state_->era.load(std::memory_order_relaxed) == Era::kModern) return *lanes_.front();
  for (const auto& lane : lanes_) {
    if (lane->capabilities() == call.client_capabilities) return *lane;
  }
  lanes_.push_back(std::make_shared<HttpLane>(worker_, state_, call.client_capabilities));
  return *lanes_.back();
}

Task<Result<mcp::Response>> HttpUpstream::handle(mcp::Request request, const mcp::CallContext& context,
                                                 mcp::EventSink& events) {
  const auto keep = self();
  // The parked call comes back here, as one that can ask.
  if (state_->era.load(std::memory_order_relaxed) != Era::kModern && ParkedCalls::concerns(request, context, events))
    co_return co_await state_->parked.handle(worker_, keep, std::move(request), context, events);
  const ServerHealth::Sight sight = state_->health->look();
  if (sight != 0) {
    if (auto admitted = state_->health->admit(sight); !admitted) co_return admitted.error();
  }
  const auto own = endpoint_for_call(*state_->endpoint, state_->facts->spec, context.client_headers);
  Call call{request, context, events, lane_of(context, events), sight, own ? own : state_->endpoint};
  if (token_ && !(own && own->sends_authorization())) {
    call.tokens = state_->tokens.get();
    call.token = token_->current();
    if (!call.token->is_usable(worker_.deadlines.coarse_now())) {
      auto renewed = co_await state_->tokens->renew(call.token, worker_.executor);
      if (!renewed) co_return renewed.error();
      call.token = std::move(*renewed);
    }
  }
  // Twice at most, and once more with another token: whatever asks for an attempt more has certainly not run the call.
  for (bool again = false;;) {
    HttpLinkPtr link = call.lane.current();
    if (!link) {
      auto ensured = co_await call.lane.ensure_link(nullptr);
      if (!ensured) co_return unopened(call, ensured.error());
      link = std::move(*ensured);
    }
    auto outcome = begin(call, link);
    auto done = co_await std::move(outcome);
    if (done.given_up_id != 0 && !link->session_per_call) say_cancelled(call, link, done);
    if (done.doubts_era) call.lane.mention_doubt(link);
    if (done.kind == Outcome::Kind::kTokenRefused && !std::exchange(call.token_replaced, true)) {
      // It may have been revoked, or our clocks differ.
      auto renewed = co_await state_->tokens->renew(call.token, worker_.executor);
      if (!renewed) co_return renewed.error();
      call.token = std::move(*renewed);
      continue;
    }
    const bool is_final = done.kind == Outcome::Kind::kDone || done.kind == Outcome::Kind::kTokenRefused;
    if (is_final || std::exchange(again, true)) co_return std::move(done.answer);
    if (done.kind == Outcome::Kind::kHeadersRefused) {
      const bool renewed = co_await renew_param_headers(call);
      if (!renewed) co_return std::move(done.answer);
      continue;
    }
    if (done.kind == Outcome::Kind::kRevisionRefused) continue;
    const bool doubted = done.kind == Outcome::Kind::kEraDoubted;
    auto settling = doubted ? call.lane.settle_era(link) : call.lane.ensure_link(link);
    auto settled = co_await std::move(settling);
    if (!settled) co_return unopened(call, settled.error());
    if (*settled == link) co_return std::move(done.answer);
  }
}

// One attempt, over `link` or in a session of its own.
Task<HttpUpstream::Outcome> HttpUpstream::begin(Call& call, HttpLinkPtr link) {
  if (link->era == Era::kLegacy && mcp::is_about_task(call.request.method)) return call_about_task(call);
  if (link->session_per_call) return call_in_own_session(call);
  const bool is_shared = call.endpoint == state_->endpoint;
  return call_over(call, is_shared ? std::move(link) : link_over(*call.endpoint, *link));
}

// `error` is why there is no link or session.
Error HttpUpstream::unopened(const Call& call, Error error) {
  state_->health->failed(call.sight, error);
  return error;
}

// MCP 2026-07-28 basic/transports/streamable-http "Custom Headers": after HeaderMismatch the tools are listed anew.
// True if the tool's annotations have changed: then the request has the new ones.
Task<bool> HttpUpstream::renew_param_headers(Call& call) {
  const auto name = call.request.params.find_string("name");
  if (call.request.method != mcp::Method::kToolsCall || !name) co_return false;
  const auto reply = std::make_shared<Relister::EntryReply>(worker_.executor);
  state_->relister.ask(state_->facts->spec.name, reply);
  auto listed = co_await reply->wait();
  if (!listed || !*listed) co_return false;
  call.listing = std::move(**listed);
  for (const catalog::ToolEntry& tool : call.listing->tools) {
    if (tool.own_name != *name) continue;
    const mcp::ParamHeaders* const former = call.request.param_headers;
    if (former != nullptr && *former == tool.param_headers) co_return false;
    call.request.param_headers = &tool.param_headers;
    co_return true;
  }
  co_return false;
}

Task<HttpUpstream::Outcome> HttpUpstream::call_over(Call& call, HttpLinkPtr link) {
  const ServerFacts& facts = *state_->facts;
  const bool is_modern = link->era == Era::kModern;
  if (call.context.log_level && link->takes_log_level) {
    LinkUse use{call.endpoint, link, call.token};
    co_await tell_log_level(worker_, std::move(use), state_->ids, *call.context.log_level);
    const bool stop = co_await is_cancelled();
    if (stop) {
      Outcome cancelled;
      cancelled.answer = cancelled_error(facts.spec);
      co_return cancelled;
    }
  }
  const std::uint64_t id = state_->ids.fetch_add(1, std::memory_order_relaxed);
  const std::string progress_token = std::to_string(id);
  const std::string params = hop_params(link->era, call.request, call.context, progress_token, facts.client_info);
  std::optional<MirroredHeaders> mirrored;
  if (is_modern) mirrored.emplace(call.request);
  const SteadyTime start = worker_.deadlines.coarse_now();
  const CallClock clock(start, facts.call_timeout, call.context);
  const HttpPost request{.endpoint = *call.endpoint,
                         .token = call.token.get(),
                         .fixed_headers = link->headers,
                         .headers = mirrored ? mirrored->get() : std::span<const http::Header>(),
                         .id = id,
                         .method = call.request.method_name,
                         .params = params,
                         .form = is_modern ? mcp::ResultForm::kModern : mcp::ResultForm::kLegacy,
                         .resuming = is_modern ? Resuming::kNever : Resuming::kIfOffered,
                         .deadline = clock.deadline_from(start)};
  CallListener listener(worker_, *state_->news, LinkUse{call.endpoint, link, call.token}, call.request, call.context,
                        call.events, clock, progress_token);
  const UseOfLink use(*link, worker_.deadlines);
  std::optional<SessionStream::Flight> flight;
  if (link->stream) flight.emplace(link->stream, id, worker_.executor);
  auto posting = post_with(request, listener, flight);
  auto answer = co_await std::move(posting);
  const auto task = makes_task(link->era, call.request) && answer && answer->response
                        ? task_params_of(*answer->response)
                        : std::nullopt;
  if (task && may_keep_task(call)) co_return kept_task(call, std::move(answer), *link, progress_token);
  if (task && call.request.wants_handle) co_return refused_task(call, std::move(answer), *link);
  if (task && flight) flight->became(*task);
  if (task) answer = co_await result_of_task(request, *task, listener, flight);
  Outcome outcome;
  if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
    const SteadyTime deadline = listener.deadline_or(request.deadline);
    outcome.answer = clock.error(facts.spec, call.request.method_name, deadline);
  } else {
    const bool cancelled = !answer && answer.error().code == ErrorCode::kCancelled;
    outcome = judge(call, std::move(answer), *link);
    if (task) outcome.kind = Outcome::Kind::kDone;  // It runs, whatever became of our waiting.
    if (!cancelled) co_return outcome;
  }
  // Closing the exchange has told a modern server. A legacy one is told in words, if it has a session to know us by.
  if (!is_modern && !link->session_id.empty()) outcome.given_up_id = id;
  if (task) outcome.given_up_task = *task;
  co_return outcome;
}

Task<Result<HttpAnswer>> HttpUpstream::post_with(const HttpPost& request, CallListener& listener,
                                                 const std::optional<SessionStream::Flight>& flight) {
  return flight ? post_beside_stream(worker_, request, listener, *flight) : post(worker_, request, listener);
}

HttpUpstream::Outcome HttpUpstream::judge(Call& call, Result<HttpAnswer> answer, const HttpLink& link) {
  const catalog::ServerSpec& spec = state_->facts->spec;
  Outcome outcome;
  if (!answer) {
    outcome.answer = answer.error().code == ErrorCode::kCancelled
                         ? cancelled_error(spec)
                         : connect_error(spec, answer.error(), state_->endpoint->url().host_is_loopback());
    state_->health->failed(call.sight, outcome.answer.error());
    return outcome;
  }
  if (says_unreachable(*answer)) {
    outcome.answer = answer_error(spec, *answer, call.token.get());
    state_->health->failed(call.sight, outcome.answer.error());
    return outcome;
  }
  if (call.sight != 0) state_->health->reached(call.sight);
  if (answer->is_refused()) {
    const bool has_token = call.token && !call.token->token.empty();
    if (has_token && answer->status == 401) outcome.kind = Outcome::Kind::kTokenRefused;
    if (has_token && answer->status == 403)
      state_->tokens->note_missing_scopes(call.token, *answer->refusal->missing_scopes);
    outcome.answer = answer_error(spec, *answer, call.token.get());
    return outcome;
  }
  if (link.era == Era::kLegacy) {
    if (answer->status == 404 && !link.session_id.empty()) outcome.kind = Outcome::Kind::kSessionGone;
    if (refuses_session(*answer)) outcome.kind = Outcome::Kind::kSessionGone;
    if (may_probe() && may_be_modern(*answer)) outcome.kind = Outcome::Kind::kEraDoubted;
  } else if (answer->response && error_code_of(*answer->response) == mcp::kHeaderMismatch) {
    outcome.kind = Outcome::Kind::kHeadersRefused;
  } else if (answer->response && offers_our_revision(*answer->response)) {
    outcome.kind = Outcome::Kind::kRevisionRefused;
  } else if (may_probe() && may_be_legacy(*answer)) {
    outcome.kind = Outcome::Kind::kEraDoubted;
  }
  if (!answer->response) {
    outcome.answer = answer_error(spec, *answer, call.token.get());
  } else if (link.era == Era::kModern) {
    outcome.answer =
        without_hop_matters(std::move(*answer->response), call.request.method, call.context, spec.name.str());
    outcome.doubts_era =
        may_probe() && !outcome.answer->is_error() && outcome.answer->form() == mcp::ResultForm::kLegacy;
  } else {
    outcome.answer = std::move(*answer->response);
  }
  return outcome;
}

Task<HttpUpstream::Outcome> HttpUpstream::call_in_own_session(Call& call) {
  // One that was opened ahead knows the gateway alone: it is not for calls that carry something of their client.
  const bool is_shared = call.endpoint == state_->endpoint;
  call.has_own_session = true;
  while (HttpLinkPtr session = is_shared ? call.lane.take_ready() : nullptr) {
    auto outcome = co_await call_over(call, session);
    leave(call, std::move(session), outcome);
    // It may have expired meanwhile: then another one is tried.
    if (outcome.kind != Outcome::Kind::kSessionGone) co_return outcome;
  }
  co_return co_await call_in_fresh_session(call);
}

Task<HttpUpstream::Outcome> HttpUpstream::call_in_fresh_session(Call& call) {
  Outcome outcome;
  const HttpPlace place{.worker = worker_,
                        .endpoint = *call.endpoint,
                        .facts = *state_->facts,
                        .ids = state_->ids,
                        .capabilities = call.lane.capabilities()};
  auto opened = co_await open_link_with(call.tokens, place, Era::kLegacy);
  if (!opened) {
    const bool refused = opened.error().code == ErrorCode::kUpstreamRejected;
    outcome.kind = refused && may_probe() ? Outcome::Kind::kEraDoubted : Outcome::Kind::kDone;
    outcome.answer = unopened(call, opened.error());
    co_return outcome;
  }
  if (call.sight != 0) state_->health->reached(call.sight);
  LinkUse use = use_of(nullptr, call);
  co_await open_stream(worker_, state_->news, state_->streams, call.lane.capabilities(), opened->link, std::move(use));
  const HttpLinkPtr session = std::move(opened->link);
  if (session->session_id.empty()) {
    outcome.kind = Outcome::Kind::kSessionGone;  // It gives none any more: the link is to be settled anew.
    co_return outcome;
  }
  outcome = co_await call_over(call, session);
  leave(call, session, outcome);
  co_return outcome;
}

// With the token of the moment: the call's may have been renewed meanwhile.
LinkUse HttpUpstream::use_of(HttpLinkPtr link, const Call& call) const {
  return LinkUse{call.endpoint, std::move(link), call.tokens ? call.tokens->published().load() : nullptr};
}

// The call is over, and with it its session, unless that has a task.
void HttpUpstream::leave(const Call& call, HttpLinkPtr session, const Outcome& outcome) {
  LinkUse use = use_of(std::move(session), call);
  if (outcome.task_lifetime) return task_sessions_.keep(std::move(use), *outcome.task_lifetime);
  call.lane.say_goodbye(std::move(use), outcome.given_up_id);
}

// The call was given up; the session goes on.
void HttpUpstream::say_cancelled(const Call& call, HttpLinkPtr link, const Outcome& given_up) {
  std::string text = given_up.given_up_task.empty()
                         ? cancelled_text(given_up.given_up_id, kGivenUp)
                         : request_text(state_->ids.fetch_add(1), "tasks/cancel", given_up.given_up_task);
  say(worker_, LinkUse{call.endpoint, std::move(link), call.token}, std::move(text));
}

void HttpUpstream::close() {
  closed_ = true;
  for (const auto& lane : lanes_)
    lane->close();
  // At the end of the process they stay: clients may ask for their tasks later.
  if (state_->retired.load()) task_sessions_.end_all();
}

}  // namespace jungle::upstream

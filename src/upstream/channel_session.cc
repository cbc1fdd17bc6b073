#include "upstream/channel_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/cancelled.h"
#include "base/text.h"
#include "base/with_deadline.h"
#include "mcp/json_reader.h"
#include "upstream/hop.h"
#include "upstream/listen_filter.h"
#include "upstream/server_errors.h"
#include "upstream/server_news.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {
namespace {

// operator|| runs its operands as coroutines of their own, where cancellation would throw unless told not to.
Task<bool> change_of(std::shared_ptr<ChannelCall> call) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await call->changed();
}

}  // namespace

Task<Result<mcp::Response>> answer_of(std::shared_ptr<ChannelCall> call, const catalog::ServerSpec& spec) {
  while (!call->answer()) {
    const bool stop = co_await is_cancelled();
    if (stop) co_return cancelled_error(spec);
    const bool woken = co_await call->changed();
    if (!woken) co_return cancelled_error(spec);
  }
  co_return std::move(*call->answer());
}

ChannelSession::ChannelSession(Executor executor, Time& time, telemetry::Log& log,
                               std::shared_ptr<const ServerFacts> facts, mcp::ClientCapabilities capabilities,
                               SessionOwner* owner)
    : executor_(executor),
      time_(time),
      log_(log),
      facts_(std::move(facts)),
      capabilities_(capabilities),
      owner_(owner) {}

std::shared_ptr<ChannelCall> ChannelSession::make_call(std::uint64_t id, std::string_view method,
                                                       std::string_view params) {
  auto call = std::make_shared<ChannelCall>(executor_, id, request_text(id, method, params));
  call->is_own = true;
  return call;
}

Task<Result<Greeting>> ChannelSession::initialize(std::uint64_t id) {
  auto call = make_call(id, "initialize", initialize_params(facts_->client_info, capabilities_));
  start(call);
  co_return co_await greeted_with(std::move(call), Era::kLegacy);
}

std::string ChannelSession::discover_params() const {
  return own_params(Era::kModern, {}, facts_->client_info, capabilities_.json());
}

Task<Result<Greeting>> ChannelSession::discover(std::uint64_t id) {
  era_ = Era::kModern;
  auto call = make_call(id, "server/discover", discover_params());
  start(call);
  co_return co_await greeted_with(std::move(call), Era::kModern);
}

Task<Result<Greeting>> ChannelSession::greeted_with(std::shared_ptr<ChannelCall> call, Era era) {
  auto answer = co_await answer_of(std::move(call), facts_->spec);
  if (!answer) co_return answer.error();
  co_return greeting_of(*answer, era);
}

Result<Greeting> ChannelSession::greeting_of(const mcp::Response& response, Era era) {
  auto greeting = read_greeting(facts_->spec, response, era);
  if (!greeting) return greeting;
  greeting_ = *greeting;
  era_ = era;
  if (era == Era::kLegacy) {
    takes_log_level_ = greeting->offers("logging");
    if (auto sent = channel_->send(notification_text("notifications/initialized", "{}"), 0); !sent) return sent.error();
  }
  return greeting;
}

Task<Result<Greeting>> ChannelSession::probe(std::uint64_t id, Millis probe_time) {
  using namespace asio::experimental::awaitable_operators;
  auto discover = make_call(id, "server/discover", discover_params());
  start(discover);
  auto asked = answer_of(discover, facts_->spec);
  auto answer = co_await with_deadline(time_, time_.steady_now() + probe_time, std::move(asked));
  if (answer) {
    if (era_of_discover_answer(*answer) == Era::kModern) co_return greeting_of(*answer, Era::kModern);
    co_return co_await initialize(id + 1);
  }
  if (answer.error().code != ErrorCode::kDeadlineExceeded) co_return answer.error();
  // Silent: a legacy server that ignores what it does not know, or one that takes long to start and will answer both.
  auto initialize_call = make_call(id + 1, "initialize", initialize_params(facts_->client_info, capabilities_));
  start(initialize_call);
  while (!initialize_call->answer()) {
    if (auto& late = discover->answer()) {
      if (*late && era_of_discover_answer(**late) == Era::kModern) {
        co_return greeting_of(**late, Era::kModern);
      }
      break;
    }
    const bool stop = co_await is_cancelled();
    if (stop) co_return cancelled_error(facts_->spec);
    co_await (change_of(discover) || change_of(initialize_call));
  }
  co_return co_await greeted_with(std::move(initialize_call), Era::kLegacy);
}

Task<Result<mcp::Response>> ChannelSession::request(std::uint64_t id, std::string_view method,
                                                    std::string_view params) {
  auto call = make_call(id, method, params);
  start(call);
  co_return co_await answer_of(std::move(call), facts_->spec);
}

bool ChannelSession::start(const std::shared_ptr<ChannelCall>& call) {
  if (ended_why_) {
    ChannelCall::finish(call, *ended_why_);
    return false;
  }
  if (call->besides.log_level) tell_log_level(*call->besides.log_level);
  if (auto sent = channel_->send(std::move(call->text), call->id); !sent) {
    ChannelCall::finish(call, sent.error());
    return false;
  }
  pending_.emplace(call->id, call);
  ChannelCall::tell_started(call);
  return true;
}

// A level holds for all calls of the session: the least urgent that one of them wants.
void ChannelSession::tell_log_level(const LogLevelRequest& request) {
  if (!takes_log_level_ || (log_level_ && *log_level_ <= request.level)) return;
  log_level_ = request.level;
  auto sent = channel_->send(request_text(request.id, "logging/setLevel", level_params(request.level)), 0);
  (void)sent.has_value();  // The call, which follows, will fail too.
}

void ChannelSession::cancel(std::uint64_t id, std::string_view reason) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const auto call = std::move(found->second);
  pending_.erase(found);
  std::string text = call->task.empty() ? cancelled_text(id, reason)
                                        : request_text(call->besides.task_result_id + 1, "tasks/cancel", call->task);
  if (auto sent = channel_->send(std::move(text), 0); !sent) {
    log_.debug("a cancellation was not sent", {{"server", facts_->spec.name.str()}, {"error", sent.error().message}});
  }
  if (owner_ != nullptr) owner_->on_call_finished(*this);
}

void ChannelSession::on_message(std::string text) {
  if (!mcp::looks_like_batch(text)) return take_message(std::move(text));
  auto batch = mcp::split_batch(text);  // MCP 2025-03-26 "Batching".
  if (auto* messages = std::get_if<std::vector<std::string>>(&batch)) {
    for (std::string& message : *messages)
      take_message(std::move(message));
  }
}

void ChannelSession::take_message(std::string text) {
  const auto form = era_ == Era::kModern ? mcp::ResultForm::kModern : mcp::ResultForm::kLegacy;
  auto read = mcp::read_message(std::move(text), form);
  if (auto* bad = std::get_if<mcp::BadMessage>(&read)) {
    log_.warn("a server sent a malformed message", {{"server", facts_->spec.name.str()}, {"why", bad->message}});
    const auto found = pending_.find(mcp::own_number(bad->id).value_or(0));
    if (found == pending_.end()) return;
    const auto call = std::move(found->second);
    pending_.erase(found);
    ChannelCall::finish(call, nonsense_error(facts_->spec, "its answer is malformed: " + bad->message));
    if (owner_ != nullptr) owner_->on_call_finished(*this);
    return;
  }
  auto& message = std::get<mcp::Message>(read);
  if (auto* response = std::get_if<mcp::IncomingResponse>(&message)) return take_response(std::move(*response));
  if (auto* notification = std::get_if<mcp::Notification>(&message)) return take_notification(std::move(*notification));
  take_request(std::move(std::get<mcp::Request>(message)));
}

// Only a task says which call a request belongs to (SEP-2260): else it is put to the one that it can only belong to.
void ChannelSession::take_request(mcp::Request request) {
  std::string text;
  if (request.method == mcp::Method::kPing || !capabilities_.any()) {
    text = answer_to_server(request);
  } else if (const auto call = call_asking(request)) {
    return ChannelCall::put(call, std::move(request));
  } else if (calls_in_flight() == 0) {
    was_asked_in_vain_ = true;
    text = answer_without_client(request);
  } else {
    text = refusal_text(request.id, ambiguous_error(calls_in_flight()));
  }
  if (auto sent = channel_->send(std::move(text), 0); !sent) {
    log_.debug("a server's request was not answered",
               {{"server", facts_->spec.name.str()}, {"error", sent.error().message}});
  }
}

void ChannelSession::answer(std::uint64_t call_id, std::string text) {
  if (!pending_.contains(call_id)) return;
  if (auto sent = channel_->send(std::move(text), 0); !sent) {
    log_.debug("a client's answer was not sent",
               {{"server", facts_->spec.name.str()}, {"error", sent.error().message}});
  }
}

// By the id of the call, or of the `tasks/result` that it waits for.
ChannelSession::Pending::iterator ChannelSession::find_call(std::uint64_t id) {
  const auto found = pending_.find(id);
  if (found != pending_.end()) return found->second->task.empty() ? found : pending_.end();
  return std::find_if(pending_.begin(), pending_.end(), [id](const auto& item) {
    return !item.second->task.empty() && item.second->besides.task_result_id == id;
  });
}

// True if the answer is the handle of a task: the answer proper is asked for then.
bool ChannelSession::wait_for_task(ChannelCall& call, const mcp::Response& answer) {
  if (call.besides.task_result_id == 0 || !call.task.empty()) return false;
  auto task = task_params_of(answer);
  if (!task) return false;
  call.task = std::move(*task);
  const std::uint64_t id = call.besides.task_result_id;
  auto sent = channel_->send(request_text(id, "tasks/result", call.task), id);
  return sent.has_value();
}

void ChannelSession::take_response(mcp::IncomingResponse response) {
  const auto found = find_call(mcp::own_number(response.id).value_or(0));
  if (found == pending_.end()) {
    log_.debug("an answer that nobody waits for", {{"server", facts_->spec.name.str()}, {"id", response.id}});
    return;
  }
  const auto call = found->second;
  if (wait_for_task(*call, response.response)) return;
  pending_.erase(found);
  if (!call->task.empty()) response.response = without_task_meta(std::move(response.response));
  if (response.response.is_error()) response.response.redact(facts_->redactor);
  ChannelCall::finish(call, std::move(response.response));
  if (owner_ != nullptr) owner_->on_call_finished(*this);
}

std::size_t ChannelSession::calls_in_flight() const {
  return static_cast<std::size_t>(
      std::count_if(pending_.begin(), pending_.end(), [](const auto& item) { return !item.second->is_own; }));
}

std::shared_ptr<ChannelCall> ChannelSession::call_asking(const mcp::Request& request) const {
  const auto task = related_task_of(request);
  const auto of_task = std::find_if(pending_.begin(), pending_.end(),
                                    [&](const auto& item) { return task && item.second->task == *task; });
  return of_task == pending_.end() ? only_call() : of_task->second;
}

std::shared_ptr<ChannelCall> ChannelSession::only_call() const {
  if (calls_in_flight() != 1) return nullptr;
  return std::find_if(pending_.begin(), pending_.end(), [](const auto& item) { return !item.second->is_own; })->second;
}

void ChannelSession::take_notification(mcp::Notification notification) {
  if (notification.method == "notifications/progress") {
    const auto token = own_token_of(notification);
    const auto found = token ? pending_.find(*token) : pending_.end();
    if (found != pending_.end()) ChannelCall::tell(found->second, std::move(notification));
  } else if (notification.method == "notifications/message") {
    // With several calls in flight nobody knows whose it is.
    if (const auto call = only_call()) ChannelCall::tell(call, std::move(notification));
  } else if (notification.method == "notifications/cancelled") {
    for (const auto& [id, call] : pending_)
      ChannelCall::tell(call, notification);  // The one that it asked something knows which.
  } else if (era_ == Era::kModern) {
    const auto found = pending_.find(subscription_of(notification));
    if (found != pending_.end()) ChannelCall::tell(found->second, std::move(notification));
  } else if (owner_ != nullptr) {
    owner_->on_notification(*this, notification);
  } else if (is_list_change(notification)) {
    said_change_ = true;
  }
}

void ChannelSession::on_failed_request(std::uint64_t id, const Error& error) {
  const auto found = find_call(id);
  if (found == pending_.end()) return;
  const auto call = std::move(found->second);
  pending_.erase(found);
  ChannelCall::finish(call, error);
  if (owner_ != nullptr) owner_->on_call_finished(*this);
}

void ChannelSession::on_end(const Error& why) {
  ended_why_ = why;
  fail_all(why);
  if (owner_ != nullptr) owner_->on_session_ended(*this);
}

void ChannelSession::fail_all(const Error& error) {
  const auto calls = std::exchange(pending_, {});
  for (const auto& [id, call] : calls)
    ChannelCall::finish(call, error);
}

Task<void> ChannelSession::end() {
  ending_ = true;
  owner_ = nullptr;
  if (!ended_why_) ended_why_ = gone_error(facts_->spec);
  fail_all(gone_error(facts_->spec));
  co_await channel_->end();
}

}  // namespace jungle::upstream

#include <functional>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "mcp/tasks.h"
#include "upstream/call_clock.h"
#include "upstream/call_listener.h"
#include "upstream/hop.h"
#include "upstream/http_call.h"
#include "upstream/legacy_tasks.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"
#include "upstream/task_calls.h"
#include "upstream/task_result.h"
#include "upstream/task_talk.h"

namespace jungle::upstream {

// Whether the client waits for the task itself.
bool HttpUpstream::may_keep_task(const Call& call) const {
  return (call.context.takes_tasks || call.request.wants_handle) &&
         (!call.has_own_session || task_sessions_.has_room());
}

// `answer` made a task: the client gets its handle, in its own form. `progress_token` is ours.
HttpUpstream::Outcome HttpUpstream::kept_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link,
                                              const std::string& progress_token) {
  auto handle = task_handle(*answer->response, link.session_id);
  const auto lifetime = lifetime_of(handle);
  if (call.request.wants_handle) {
    LegacyTask task{link.session_id, mcp::created_task_id_of(*answer->response).value_or("")};
    const auto client_token = progress_token_of(call.request);
    if (client_token && client_token->size() <= kTaskTokenBytesMax) {
      task.own_token = progress_token;
      task.client_token = *client_token;
    }
    handle = mcp::with_created_task_id(*answer->response, text_of(task));
  }
  Outcome outcome = judge(call, std::move(answer), link);
  outcome.kind = Outcome::Kind::kDone;
  outcome.task_lifetime = lifetime.value_or(kTaskSessionTime);
  outcome.answer = std::move(handle);
  link.has_tasks.store(true);
  return outcome;
}

// The same where its session cannot stay: the task ends with it.
HttpUpstream::Outcome HttpUpstream::refused_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link) {
  Outcome outcome = judge(call, std::move(answer), link);
  outcome.kind = Outcome::Kind::kDone;
  const std::string limit = std::to_string(kTaskSessionsMax);
  outcome.answer =
      Error{ErrorCode::kLimitExceeded,
            "server '" + state_->facts->spec.name.str() + "' has " + limit + " tasks in sessions of their own",
            {}};
  return outcome;
}

// The link of the task's session: one that calls use at the moment, if it is that, else another one to it.
HttpLinkPtr HttpUpstream::link_of(const LegacyTask& task, const Call& call) {
  if (call.endpoint == state_->endpoint && !task.session_id.empty()) {
    for (const auto& lane : lanes_) {
      HttpLinkPtr link = lane->current();
      if (link && link->session_id == task.session_id) return link;
    }
  }
  return link_in_session(*call.endpoint, task.session_id);
}

// A request about a task of a legacy server.
Task<HttpUpstream::Outcome> HttpUpstream::call_about_task(Call& call) {
  Outcome outcome;
  const std::string id = call.request.params.find_string("taskId").value_or("");
  const auto task = read_legacy_task(id);
  if (!task) {
    outcome.answer = unknown_task();
    co_return outcome;
  }
  const HttpLinkPtr link = link_of(*task, call);
  if (!mcp::is_modern(call.context.revision)) co_return co_await relay_about_task(call, link, *task);
  const std::string params = task_params(task->id);
  if (call.request.method == mcp::Method::kTasksCancel) co_return co_await cancel_task(call, *link, params);
  outcome = co_await ask_about_task(call, *link, "tasks/get", params);
  if (!outcome.answer || outcome.answer->is_error()) co_return outcome;
  const std::string status = task_status(*outcome.answer);
  if (status.empty()) {
    outcome.answer = nonsense_error(state_->facts->spec, "its answer to tasks/get is no task");
    co_return outcome;
  }
  if (call.request.method == mcp::Method::kTasksUpdate) {
    update_task(id, std::string(call.request.params.find("inputResponses").value_or("{}")));
    co_return acknowledged(std::move(outcome));
  }
  if (status == "completed" || status == "failed") {
    Outcome result = co_await ask_about_task(call, *link, "tasks/result", params);
    if (result.answer) result.answer = ended_task(*outcome.answer, id, *result.answer);
    co_return result;
  }
  std::string asked;
  if (status == "input_required") asked = co_await questions_of(call, link, *task);
  outcome.answer = open_task(*outcome.answer, id, asked);
  co_return outcome;
}

// What all is well with is answered with nothing.
HttpUpstream::Outcome HttpUpstream::acknowledged(Outcome outcome) {
  outcome.answer = mcp::Response::result(R"({"resultType":"complete"})", mcp::ResultForm::kModern);
  return outcome;
}

void HttpUpstream::update_task(const std::string& id, std::string responses) {
  const auto talk = state_->talks.find(id);
  if (!talk) return;  // Nothing is asked at the moment.
  asio::dispatch(talk->executor(), [talk, responses = std::move(responses)] { talk->answer(responses); });
}

// What the task asks, raw JSON of `inputRequests`; empty while that is not known.
Task<std::string> HttpUpstream::questions_of(Call& call, HttpLinkPtr link, LegacyTask task) {
  const std::function<std::shared_ptr<TaskTalk>()> make = [&] {
    return std::make_shared<TaskTalk>(worker_, state_, use_of(link, call), task, call.context);
  };
  const TaskTalks::Found found = state_->talks.find_or_add(text_of(task), make);
  if (!found.talk) co_return std::string();
  if (found.is_new) found.talk->start();
  const auto reply = std::make_shared<TaskTalk::QuestionsReply>(worker_.executor);
  asio::dispatch(found.talk->executor(), [talk = found.talk, reply] { talk->tell(reply); });
  auto told = co_await reply->wait();
  co_return told.value_or(std::string());
}

// A client of 2025-11-25 asks in the server's own words.
Task<HttpUpstream::Outcome> HttpUpstream::relay_about_task(Call& call, HttpLinkPtr link, LegacyTask task) {
  const std::string params = task_params(task.id);
  if (call.request.method != mcp::Method::kTasksResult)
    co_return co_await ask_about_task(call, *link, call.request.method_name, params);
  LinkUse use{call.endpoint, link, call.token};
  const UseOfLink counted(*link, worker_.deadlines);
  auto waiting = await_task(worker_, *state_, std::move(use), std::move(task), call.context, call.events);
  auto answer = co_await std::move(waiting);
  if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
    Outcome outcome;
    outcome.answer = call_cap_error(state_->facts->spec, "tasks/result");
    co_return outcome;
  }
  co_return judged_about_task(call, std::move(answer), *link);
}

// An answer to a request about a task: what it says goes for the task alone.
HttpUpstream::Outcome HttpUpstream::judged_about_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link) {
  Outcome outcome = judge(call, std::move(answer), link);
  if (outcome.kind == Outcome::Kind::kSessionGone) outcome.answer = unknown_task();  // It went with its session.
  if (outcome.kind != Outcome::Kind::kTokenRefused) outcome.kind = Outcome::Kind::kDone;
  return outcome;
}

Task<HttpUpstream::Outcome> HttpUpstream::cancel_task(Call& call, const HttpLink& link, std::string_view params) {
  Outcome refused = co_await ask_about_task(call, link, "tasks/cancel", params);
  if (!refused.answer) co_return refused;
  if (!refused.answer->is_error()) co_return acknowledged(std::move(refused));
  // A task that is over cannot be cancelled there; in the extension that is no error.
  Outcome outcome = co_await ask_about_task(call, link, "tasks/get", params);
  const bool is_over = outcome.answer && is_final(task_status(*outcome.answer));
  if (is_over) co_return acknowledged(std::move(outcome));
  co_return refused;
}

Task<HttpUpstream::Outcome> HttpUpstream::ask_about_task(Call& call, const HttpLink& link, std::string_view method,
                                                         std::string_view params) {
  const ServerFacts& facts = *state_->facts;
  const SteadyTime start = worker_.deadlines.coarse_now();
  const CallClock clock(start, facts.call_timeout, call.context);
  const HttpPost request{.endpoint = *call.endpoint,
                         .token = call.token.get(),
                         .fixed_headers = link.headers,
                         .headers = {},
                         .id = state_->ids.fetch_add(1, std::memory_order_relaxed),
                         .method = method,
                         .params = params,
                         .resuming = Resuming::kIfOffered,
                         .deadline = clock.deadline_from(start)};
  NoListener nobody;
  const UseOfLink use(link, worker_.deadlines);
  auto answer = co_await post(worker_, request, nobody);
  if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
    Outcome outcome;
    outcome.answer = clock.error(facts.spec, method, request.deadline);
    co_return outcome;
  }
  co_return judged_about_task(call, std::move(answer), link);
}

// Waits for the answer proper of a call that is a task by now.
Task<Result<HttpAnswer>> HttpUpstream::result_of_task(HttpPost request, std::string_view task, CallListener& listener,
                                                      const std::optional<SessionStream::Flight>& flight) {
  request.id = state_->ids.fetch_add(1, std::memory_order_relaxed);
  request.method = "tasks/result";
  request.params = task;
  request.deadline = listener.deadline_or(request.deadline);
  auto answer = co_await post_with(request, listener, flight);
  if (answer && answer->response) answer->response = without_task_meta(std::move(*answer->response));
  co_return answer;
}

}  // namespace jungle::upstream

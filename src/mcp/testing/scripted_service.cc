#include "mcp/testing/scripted_service.h"

#include <memory>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "base/check.h"
#include "base/reply.h"

namespace jungle::mcp::testing {
namespace {

constexpr std::string_view kWithdrawn = "\"withdrawn\"";

}  // namespace

void ScriptedService::reply(std::string_view method, std::string result, ResultForm form) {
  script_[std::string(method)].push_back(Step{Response::result(std::move(result), form), {}, {}});
}

void ScriptedService::reply_error(std::string_view method, int code, std::string_view message) {
  script_[std::string(method)].push_back(Step{Response::error(code, message), {}, {}});
}

void ScriptedService::fail(std::string_view method, Error error) {
  script_[std::string(method)].push_back(Step{std::move(error), {}, {}});
}

void ScriptedService::notify(std::string_view method, Notification event) {
  const auto steps = script_.find(method);
  JUNGLE_CHECK(steps != script_.end());
  steps->second.front().events.push_back(std::move(event));
}

void ScriptedService::ask(std::string_view method, InputRequest question) {
  const auto steps = script_.find(method);
  JUNGLE_CHECK(steps != script_.end());
  steps->second.front().questions.push_back(std::move(question));
}

// False if the call was cancelled meanwhile.
void ScriptedService::ask_and_withdraw(std::string_view method, InputRequest question) {
  question.asker_id = kWithdrawn;
  ask(method, std::move(question));
}

Task<bool> ScriptedService::put(InputRequest question, EventSink& events) {
  const Executor executor = co_await asio::this_coro::executor;
  const auto reply = std::make_shared<Reply<std::string>>(executor);
  EventSink::OnAnswer on_answer = [reply](const Response& response) {
    Reply<std::string>::give(reply, std::string(response.payload()));
  };
  std::string asker_id = question.asker_id;
  auto asked = co_await events.ask(std::move(question), std::move(on_answer));
  if (!asked) {
    answers_.push_back("! " + asked.error().message);
    co_return true;
  }
  if (asker_id == kWithdrawn) {
    co_await events.withdraw(std::move(asker_id));
    co_return true;
  }
  ++waiting_;
  auto answer = co_await reply->wait();
  --waiting_;
  if (answer) answers_.push_back(std::move(*answer));
  co_return answer.has_value();
}

void ScriptedService::release() {
  held_ = false;
  released_.notify_all();
}

std::vector<std::string> ScriptedService::methods_seen() const {
  std::vector<std::string> methods;
  for (const Seen& seen : seen_)
    methods.push_back(seen.method);
  return methods;
}

ScriptedService::Step ScriptedService::next_step(const std::string& method) {
  const auto steps = script_.find(method);
  if (steps == script_.end()) {
    return {Error{ErrorCode::kInternal, "the script has no answer to " + method, {}}, {}, {}};
  }
  Step step = steps->second.front();
  if (steps->second.size() > 1) steps->second.pop_front();
  return step;
}

Task<Result<Response>> ScriptedService::handle(Request request, const CallContext& call, EventSink& events) {
  seen_.push_back(Seen{request.method_name, std::string(request.params.render({})), call});
  Step step = next_step(request.method_name);
  while (held_) {
    ++waiting_;
    const bool woken = co_await released_.wait();
    --waiting_;
    if (!woken) {
      ++cancelled_;
      co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
    }
  }
  for (Notification& event : step.events) {
    if (auto sent = co_await events.send(std::move(event)); !sent) break;
  }
  for (InputRequest& question : step.questions) {
    const bool answered = co_await put(std::move(question), events);
    if (!answered) {
      ++cancelled_;
      co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
    }
  }
  co_return std::move(step.answer);
}

}  // namespace jungle::mcp::testing

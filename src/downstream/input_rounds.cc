#include "downstream/input_rounds.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/reply.h"
#include "base/signal.h"
#include "downstream/limits.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"

namespace jungle::downstream {
namespace {

Error cancelled() { return Error{ErrorCode::kCancelled, "the call was cancelled", {}}; }

Task<Result<mcp::Response>> ask(InputPlace place, mcp::InputRequest question) {
  if (!place.call.client_capabilities.allow(question)) {
    co_return Error{ErrorCode::kUpstreamRejected,
                    "the server asked for " + question.method + ", which the client did not offer",
                    {}};
  }
  const auto reply = std::make_shared<Reply<mcp::Response>>(place.executor);
  mcp::EventSink::OnAnswer on_answer = [reply](mcp::Response response) {
    Reply<mcp::Response>::give(reply, std::move(response));
  };
  auto asked = co_await place.events.ask(std::move(question), std::move(on_answer));
  if (!asked) co_return asked.error();
  auto answer = co_await reply->wait();
  if (!answer) co_return cancelled();
  co_return std::move(*answer);
}

// The answer of a call whose input the client refused.
mcp::Response refused(mcp::Method method, const mcp::InputRequest& question, const mcp::Response& error) {
  const auto members = mcp::read_params(std::string(error.payload()));
  const std::string why = members ? members->find_string("message").value_or("no reason given") : "no reason given";
  const std::string message = "the client did not answer " + question.method + ": " + why;
  if (method != mcp::Method::kToolsCall) return mcp::Response::error(mcp::kInternalError, message);
  return mcp::Response::tool_failure(message);
}

// Waits a moment; false if the call was cancelled.
Task<bool> pause(InputPlace place) {
  bool over = false;
  Signal signal(place.executor);
  DeadlineList::Entry end([&] {
    over = true;
    signal.notify_all();
  });
  place.deadlines.arm(end, place.deadlines.coarse_now() + kInputPause);
  while (!over) {
    const bool woken = co_await signal.wait();
    if (!woken) co_return false;
  }
  co_return true;
}

// The answers to all of `input`, or the final answer of the call: the client refused one.
struct Gathered {
  std::string responses;
  std::optional<mcp::Response> refusal;
};

Task<Result<Gathered>> gather(InputPlace place, mcp::Method method, const mcp::InputRequired& input) {
  Gathered gathered;
  if (input.requests.empty()) {
    const bool woken = co_await pause(place);
    if (!woken) co_return cancelled();
  }
  mcp::JsonObject responses;
  for (const auto& [key, question] : input.requests) {
    auto answer = co_await ask(place, question);
    if (!answer) co_return answer.error();
    if (answer->is_error()) {
      gathered.refusal = refused(method, question, *answer);
      co_return gathered;
    }
    responses.add(key, answer->payload());
  }
  gathered.responses = responses.text();
  co_return gathered;
}

}  // namespace

Task<Result<mcp::Response>> call_in_rounds(InputPlace place, mcp::Request request) {
  const mcp::Request first = request;
  for (int round = 0;; ++round) {
    auto answer = co_await place.service.handle(std::move(request), place.call, place.events);
    if (!answer) co_return answer;
    const auto input = mcp::read_input_required(*answer);
    if (!input) co_return answer;
    if (!*input) co_return with_context(input->error(), "the server's result is malformed");
    if (round == kInputRoundsMax) {
      const std::string limit = std::to_string(kInputRoundsMax);
      co_return Error{ErrorCode::kLimitExceeded, "the server asked for input more than " + limit + " times", {}};
    }
    auto gathered = co_await gather(place, first.method, **input);
    if (!gathered) co_return gathered.error();
    if (gathered->refusal) co_return std::move(*gathered->refusal);
    request = first;
    mcp::InputResponses responses{std::move(gathered->responses), (*input)->request_state};
    mcp::add_input_responses(request.params, std::move(responses));
  }
}

}  // namespace jungle::downstream

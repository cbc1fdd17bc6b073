#include "upstream/task_result.h"

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "mcp/json_reader.h"
#include "mcp/tasks.h"
#include "upstream/call_clock.h"
#include "upstream/call_listener.h"
#include "upstream/limits.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {
namespace {

// Gives the answers to the task's questions its name, as the server has it ("Associating Task-Related Messages").
class TaskAnswers final : public mcp::EventSink {
 public:
  TaskAnswers(mcp::EventSink& events, std::string id) : events_(events), id_(std::move(id)) {}

  Task<Result<void>> send(mcp::Notification event) override { return events_.send(std::move(event)); }
  bool can_ask() const override { return events_.can_ask(); }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override {
    OnAnswer under_its_name = [id = id_, on_answer = std::move(on_answer)](mcp::Response answer) {
      on_answer(mcp::with_related_task(std::move(answer), id));
    };
    return events_.ask(std::move(question), std::move(under_its_name));
  }
  Task<void> withdraw(std::string asker_id) override { return events_.withdraw(std::move(asker_id)); }

 private:
  mcp::EventSink& events_;
  const std::string id_;
};

// As if the client asked with the progress token of the call that made the task.
mcp::Request request_of(const LegacyTask& task) {
  mcp::Request request;
  auto params = task.client_token.empty()
                    ? Result<mcp::Params>(Error{})
                    : mcp::read_params(R"({"_meta":{"progressToken":)" + task.client_token + "}}");
  if (params) request.params = std::move(*params);
  return request;
}

}  // namespace

Task<Result<HttpAnswer>> await_task(Worker& worker, ServerState& state, LinkUse use, LegacyTask task,
                                    const mcp::CallContext& call, mcp::EventSink& events) {
  const std::string params = task_params(task.id);
  const mcp::Request request = request_of(task);
  TaskAnswers answers(events, task.id);
  const SteadyTime start = worker.deadlines.coarse_now();
  const CallClock clock(start, kCallHardCap, call);
  CallListener listener(worker, *state.news, use, request, call, answers, clock, task.own_token);
  const HttpPost post_of_result{.endpoint = *use.endpoint,
                                .token = use.token.get(),
                                .fixed_headers = use.link->headers,
                                .headers = {},
                                .id = state.ids.fetch_add(1, std::memory_order_relaxed),
                                .method = "tasks/result",
                                .params = params,
                                .resuming = Resuming::kIfOffered,
                                .deadline = clock.deadline_from(start)};
  std::optional<SessionStream::Flight> flight;
  if (use.link->stream) {
    flight.emplace(use.link->stream, post_of_result.id, worker.executor);
    flight->became(params);
  }
  auto posting =
      flight ? post_beside_stream(worker, post_of_result, listener, *flight) : post(worker, post_of_result, listener);
  co_return co_await std::move(posting);
}

}  // namespace jungle::upstream

#include "gateway/task_events.h"

#include "mcp/tasks.h"

namespace jungle::gateway {

Task<Result<void>> TaskEvents::send(mcp::Notification event) {
  event.params = mcp::with_related_task(std::move(event.params), id_);
  return events_.send(std::move(event));
}

Task<Result<void>> TaskEvents::ask(mcp::InputRequest question, OnAnswer on_answer) {
  question.params = mcp::with_related_task(std::move(question.params), id_);
  return events_.ask(std::move(question), std::move(on_answer));
}

}  // namespace jungle::gateway

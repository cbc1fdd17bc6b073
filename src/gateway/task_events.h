// What comes for a client while it waits for the result of a task.
#pragma once

#include <string>
#include <utility>

#include "mcp/event_sink.h"

namespace jungle::gateway {

// Passes everything on under the task's name, as the client knows it (MCP 2025-11-25 basic/utilities/tasks
// "Associating Task-Related Messages"). Lives in the frame of the call, borrows `events`.
class TaskEvents final : public mcp::EventSink {
 public:
  TaskEvents(mcp::EventSink& events, std::string id) : events_(events), id_(std::move(id)) {}

  Task<Result<void>> send(mcp::Notification event) override;
  bool can_ask() const override { return events_.can_ask(); }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override;
  Task<void> withdraw(std::string asker_id) override { return events_.withdraw(std::move(asker_id)); }

 private:
  mcp::EventSink& events_;
  const std::string id_;
};

}  // namespace jungle::gateway

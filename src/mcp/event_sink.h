// Where a call's notifications go.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "mcp/request.h"

namespace jungle::mcp {

// Where a call's notifications go while it runs. Used on the executor of the call, by one coroutine at a time.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Returns once the event has left us, so a slow reader slows the writer down. A failure means that nobody listens any
  // more; the call itself goes on.
  virtual Task<Result<void>> send(Notification event) = 0;
};

// Drops everything: for callers that asked for an answer only (REST, the catalog sync).
class NoEvents final : public EventSink {
 public:
  Task<Result<void>> send(Notification) override { co_return Result<void>(); }
};

}  // namespace jungle::mcp

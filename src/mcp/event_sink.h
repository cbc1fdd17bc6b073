// The client's side of a call while it runs.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mcp/input_required.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::mcp {

// Where a call's notifications go while it runs, and the questions of its server. Used on the executor of the call.
class EventSink {
 public:
  // What the client makes of a question: a bare result, or its JSON-RPC error.
  using OnAnswer = std::function<void(Response)>;

  virtual ~EventSink() = default;
  // Returns once the event has left us, so a slow reader slows the writer down. One coroutine at a time. A failure
  // means that nobody listens any more; the call itself goes on.
  virtual Task<Result<void>> send(Notification event) = 0;

  // Whether ask() reaches anybody. Where it does not, a client that can give input is answered with `input_required`.
  virtual bool can_ask() const { return false; }
  // Puts a question to the client in the middle of the call; returns once it has left us. `on_answer` is called at most
  // once, on the executor of the call, perhaps before ask() returns, and never after this object is gone. A failure
  // means that it will not be called. REQUIRES: the client's capabilities allow the question.
  virtual Task<Result<void>> ask(InputRequest question, OnAnswer on_answer) {
    (void)on_answer;
    co_return Error{ErrorCode::kUnavailable, "nobody can be asked for " + question.method, {}};
  }
  // The server needs no answer any more to what it asked under `asker_id`, if that is still open: the client is told,
  // and `on_answer` is not called.
  virtual Task<void> withdraw(std::string asker_id) {
    (void)asker_id;
    co_return;
  }
};

// Drops everything: for callers that asked for an answer only (REST, the catalog sync).
class NoEvents final : public EventSink {
 public:
  Task<Result<void>> send(Notification) override { co_return Result<void>(); }
};

}  // namespace jungle::mcp

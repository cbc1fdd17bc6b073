// One request on its way through a child process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "mcp/request.h"
#include "mcp/response.h"
#include "upstream/limits.h"

namespace jungle::upstream {

// One request, shared by its caller and the session that carries it, which may live on different executors: the text
// goes one way, started(), notifications and the answer come back, each by one post, none if both live on one executor.
//
// The const part is written by the caller before it hands the call over. The static functions are the session's, on
// its executor; all else is the caller's, on the caller's.
class StdioCall {
 public:
  StdioCall(Executor caller, std::uint64_t call_id, std::string request_text)
      : id(call_id), text(std::move(request_text)), caller_(caller), arrived_(caller) {}

  // Constant, but for `text`, which the session takes.
  const std::uint64_t id;
  std::string text;

  // The session has put the request on its way: now the time of the call runs.
  static void tell_started(const std::shared_ptr<StdioCall>& call) {
    asio::dispatch(call->caller_, [call] {
      call->started_ = true;
      call->arrived_.notify_all();
    });
  }
  static void tell(const std::shared_ptr<StdioCall>& call, mcp::Notification event) {
    asio::dispatch(call->caller_, [call, event = std::move(event)]() mutable {
      if (call->events_.size() >= kQueuedEvents) return;
      call->events_.push_back(std::move(event));
      call->arrived_.notify_all();
    });
  }
  static void finish(const std::shared_ptr<StdioCall>& call, Result<mcp::Response> answer) {
    asio::dispatch(call->caller_, [call, answer = std::move(answer)]() mutable {
      if (call->answer_) return;
      call->answer_.emplace(std::move(answer));
      call->arrived_.notify_all();
    });
  }

  bool started() const { return started_; }
  std::optional<mcp::Notification> next_event() {
    if (events_.empty()) return std::nullopt;
    mcp::Notification event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  std::optional<Result<mcp::Response>>& answer() { return answer_; }
  // Something above changed, or the waiting coroutine was cancelled (false), or wake() was called.
  Task<bool> changed() { return arrived_.wait(); }
  void wake() { arrived_.notify_all(); }

 private:
  Executor caller_;
  Signal arrived_;
  bool started_ = false;
  std::deque<mcp::Notification> events_;
  std::optional<Result<mcp::Response>> answer_;
};

}  // namespace jungle::upstream

// One request whose answer comes from another executor.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "mcp/request.h"
#include "mcp/response.h"
#include "upstream/limits.h"

namespace jungle::upstream {

// Notifications and the answer of one request on their way to its caller, each by one post, none if both sides live on
// one executor. Shared by the two: the static functions are the answering side's, on its executor; all else is the
// caller's, on the caller's.
class RemoteCall {
 public:
  explicit RemoteCall(Executor caller) : caller_(caller), arrived_(caller) {}
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;

  static void tell(const std::shared_ptr<RemoteCall>& call, mcp::Notification event) {
    asio::dispatch(call->caller_, [call, event = std::move(event)]() mutable {
      if (call->events_.size() >= kQueuedEvents) return;
      call->events_.push_back(std::move(event));
      call->arrived_.notify_all();
    });
  }
  static void finish(const std::shared_ptr<RemoteCall>& call, Result<mcp::Response> answer) {
    asio::dispatch(call->caller_, [call, answer = std::move(answer)]() mutable {
      if (call->answer_) return;
      call->answer_.emplace(std::move(answer));
      call->arrived_.notify_all();
    });
  }

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

 protected:
  Executor caller() const { return caller_; }

 private:
  Executor caller_;
  Signal arrived_;
  std::deque<mcp::Notification> events_;
  std::optional<Result<mcp::Response>> answer_;
};

}  // namespace jungle::upstream

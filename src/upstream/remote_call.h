// One request whose answer comes from another executor.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::upstream {

// Notifications and the answer of one request on their way to its caller, each by one post, none if both sides live on
// one executor. Shared by the two: the static functions are the answering side's, on its executor; all else is the
// caller's, on the caller's.
//
// What a slow caller has not taken yet is limited by kUnreadBytesMax: past it, all of that goes, and the call is lost.
class RemoteCall {
 public:
  explicit RemoteCall(Executor caller) : caller_(caller), arrived_(caller) {}
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;

  static void tell(const std::shared_ptr<RemoteCall>& call, mcp::Notification event);
  static void finish(const std::shared_ptr<RemoteCall>& call, Result<mcp::Response> answer) {
    asio::dispatch(call->caller_, [call, answer = std::move(answer)]() mutable {
      if (call->answer_) return;
      call->answer_.emplace(std::move(answer));
      call->arrived_.notify_all();
    });
  }

  std::optional<mcp::Notification> next_event();
  std::optional<Result<mcp::Response>>& answer() { return answer_; }
  // Something above changed, or the waiting coroutine was cancelled (false), or wake() was called.
  Task<bool> changed() { return arrived_.wait(); }
  void wake() { arrived_.notify_all(); }

  // The caller did not take what came: it is too late for the answer too.
  bool is_overrun() const { return is_overrun_; }
  // `stop` is called when that happens, to tell the server at once.
  void on_overrun(std::function<void()> stop) { on_overrun_ = std::move(stop); }
  // Returns when the caller has taken most of what came, or the waiting coroutine is cancelled: for an answering side
  // on the caller's executor that can let its server wait.
  Task<void> room();

 protected:
  Executor caller() const { return caller_; }
  // Counts what is to wait for the caller; false if there is no room for it.
  bool admit(std::size_t bytes);
  void taken(std::size_t bytes);

 private:
  Executor caller_;
  Signal arrived_;
  std::deque<mcp::Notification> events_;
  std::size_t unread_bytes_ = 0;
  bool is_overrun_ = false;
  std::function<void()> on_overrun_;
  std::optional<Result<mcp::Response>> answer_;
};

// What the client of an overrun call is told.
Error overrun_error();

}  // namespace jungle::upstream

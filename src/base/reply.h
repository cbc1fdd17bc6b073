// A value that one executor owes another.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/cancelled.h"
#include "base/signal.h"
#include "base/task.h"

namespace jungle {

// The waiter makes it, on its executor, and hands a share to whoever will give(); both may go away first. give() is
// called at most once, on any executor; everything else happens on the waiter's.
//
// Why not co_spawn on the other executor: cancelling that reaches across threads into a coroutine that may just be
// ending. Here the waiter only stops to wait.
template <typename T>
class Reply {
 public:
  explicit Reply(Executor waiter) : waiter_(waiter), arrived_(waiter) {}

  static void give(const std::shared_ptr<Reply>& reply, T value) {
    asio::dispatch(reply->waiter_, [reply, value = std::move(value)]() mutable {
      reply->value_.emplace(std::move(value));
      reply->arrived_.notify_all();
    });
  }

  // Nothing if the waiting coroutine was cancelled.
  Task<std::optional<T>> wait() {
    while (!value_) {
      const bool stop = co_await is_cancelled();
      if (stop) break;
      const bool woken = co_await arrived_.wait();
      if (!woken) break;
    }
    co_return std::exchange(value_, std::nullopt);
  }

 private:
  Executor waiter_;
  Signal arrived_;
  std::optional<T> value_;
};

}  // namespace jungle

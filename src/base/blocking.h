// Blocking work, off the I/O threads.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/task.h"

namespace jungle {

// Runs `work` (a plain function) on `pool` and resumes the caller on its own executor with the value. What `work`
// refers to must live until then: cancelling the caller does not stop it. Exceptions that leave `work` are rethrown
// in the caller.
template <typename Work, typename Value = std::invoke_result_t<Work>>
Task<Value> run_blocking(asio::thread_pool& pool, Work work) {
  std::optional<Value> value;
  std::exception_ptr error;
  auto start = [&](auto handler) {
    auto home = asio::get_associated_executor(handler);
    auto guard = asio::make_work_guard(home);
    asio::post(pool, [&, handler = std::move(handler), guard = std::move(guard)]() mutable {
      try {
        value.emplace(work());
      } catch (...) {
        error = std::current_exception();
      }
      auto executor = guard.get_executor();
      asio::post(executor, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_task);
  if (error) std::rethrow_exception(error);
  co_return std::move(*value);
}

}  // namespace jungle

// Running a coroutine on another executor.
#pragma once

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/task.h"

namespace jungle::upstream {

namespace detail {
inline Task<void> without_throwing(Task<void> work) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(work);
}
}  // namespace detail

// Runs `work` on `executor` and resumes the caller on its own when it is done. Cancelling the caller does not reach
// the work: a signal must not cross threads into a coroutine that may just be ending. For work with bounds of its own.
inline Task<void> run_on(Executor executor, Task<void> work) {
  auto guarded = detail::without_throwing(std::move(work));
  co_await asio::co_spawn(executor, std::move(guarded),
                          asio::bind_cancellation_slot(asio::cancellation_slot(), use_task));
}

}  // namespace jungle::upstream

#include "base/task_group.h"

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/check.h"

namespace jungle {
namespace {

// co_spawn starts its coroutine at once when called on the executor; going through post keeps spawn() free of
// surprises. Cancellation never throws in our coroutines: the pending operation ends with operation_aborted, and its
// caller returns.
Task<void> run_later(Task<void> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const Executor executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, use_task);
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return;
  co_await std::move(task);
}

}  // namespace

TaskGroup::TaskGroup(Executor executor, OnError on_error)
    : executor_(executor), idle_(executor), on_error_(std::move(on_error)) {}

TaskGroup::~TaskGroup() { JUNGLE_CHECK(children_.empty()); }

void TaskGroup::spawn(Task<void> task) {
  const auto child = children_.emplace(children_.end());
  asio::co_spawn(executor_, run_later(std::move(task)),
                 asio::bind_cancellation_slot(child->slot(), [this, child](std::exception_ptr error) {
                   children_.erase(child);
                   if (children_.empty()) idle_.notify_all();
                   if (error) on_error_(error);
                 }));
}

void TaskGroup::cancel() {
  for (auto child = children_.begin(); child != children_.end();) {
    const auto current = child++;  // A child may end, and leave the list, inside emit().
    current->emit(asio::cancellation_type::terminal);
  }
}

Task<void> TaskGroup::join() {
  while (!children_.empty()) {
    const bool woken = co_await idle_.wait();
    if (!woken) co_return;
  }
}

}  // namespace jungle

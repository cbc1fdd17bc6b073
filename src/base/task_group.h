// Background coroutines with an owner.
#pragma once

#include <exception>
#include <functional>
#include <list>

#include <boost/asio/cancellation_signal.hpp>

#include "base/signal.h"
#include "base/task.h"

namespace jungle {

// Owns background coroutines: nothing in this program is spawned detached.
//
// Single executor: every method runs on `executor`, and so do the children. Destroying a group that still has running
// children is a bug, so owners call cancel() and co_await join() first.
class TaskGroup {
 public:
  using OnError = std::function<void(std::exception_ptr)>;

  // `on_error` gets an exception that left a child: a bug, to be logged. Children report failures themselves.
  TaskGroup(Executor executor, OnError on_error);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  // Starts `task` soon, never inside this call. It must own, or be outlived by, everything it touches.
  void spawn(Task<void> task);
  // Asks every running child to stop; children spawned later are not affected.
  void cancel();
  // Returns when no child is left. REQUIRES: the calling coroutine is not being cancelled.
  Task<void> join();
  std::size_t size() const { return children_.size(); }
  Executor executor() const { return executor_; }

 private:
  Executor executor_;
  std::list<asio::cancellation_signal> children_;
  Signal idle_;
  OnError on_error_;
};

}  // namespace jungle

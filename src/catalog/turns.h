// One at a time, in the order of asking.
#pragma once

#include <list>
#include <optional>

#include "base/signal.h"
#include "base/task.h"

namespace jungle::catalog {

// A mutex for coroutines of one executor, first come, first served. Whoever holds a Turn is alone until it dies.
// Must outlive its turns. Single executor.
class Turns {
 public:
  explicit Turns(Executor executor) : changed_(executor) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // A place in the queue: leaves it when destroyed.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns), place_(turns.queue_.emplace(turns.queue_.end())) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), place_(other.place_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ == nullptr) return;
      turns_->queue_.erase(place_);
      turns_->changed_.notify_all();
    }
    bool has_come() const { return place_ == turns_->queue_.begin(); }

   private:
    struct Place {};
    friend class Turns;
    Turns* turns_;
    std::list<Place>::iterator place_;
  };

  // Waits for a turn. nullopt if the caller was cancelled first.
  Task<std::optional<Turn>> take() {
    Turn turn(*this);
    while (!turn.has_come()) {
      const bool woken = co_await changed_.wait();
      if (!woken) co_return std::nullopt;
    }
    co_return std::optional<Turn>(std::move(turn));
  }

 private:
  std::list<Turn::Place> queue_;
  Signal changed_;
};

}  // namespace jungle::catalog

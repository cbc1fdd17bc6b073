// A value that is replaced as a whole and read on every call.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/guarded.h"

namespace jungle {

// Publishes immutable snapshots of T. Writers call publish() from any thread. Each worker owns a Reader: while nothing
// changes, Reader::current() is one atomic load, no lock and no shared reference count. A read that starts after
// publish() returned sees the new value.
template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first) : value_(std::move(first)) {}
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  void publish(std::shared_ptr<const T> next) {
    value_.with([&](std::shared_ptr<const T>& value) { value.swap(next); });
    version_.fetch_add(1, std::memory_order_release);
  }  // The former value dies here, outside the lock.

  std::shared_ptr<const T> load() const {
    return value_.with([](const std::shared_ptr<const T>& value) { return value; });
  }

  // One per worker; used on that worker only. Must not outlive the Published.
  class Reader {
   public:
    explicit Reader(const Published& source) : source_(source) {}

    // The current value. Copy the pointer to keep a snapshot across a co_await.
    const std::shared_ptr<const T>& current() {
      const auto version = source_.version_.load(std::memory_order_acquire);
      if (version != seen_ || !cached_) {
        cached_ = source_.load();
        seen_ = version;
      }
      return cached_;
    }

   private:
    const Published& source_;
    std::uint64_t seen_ = 0;
    std::shared_ptr<const T> cached_;
  };

 private:
  std::atomic<std::uint64_t> version_{1};
  Guarded<std::shared_ptr<const T>> value_;
};

}  // namespace jungle

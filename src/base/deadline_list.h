// Many deadlines, one timer.
#pragma once

#include <functional>

#include <boost/intrusive/list.hpp>

#include "base/task.h"
#include "base/time.h"

namespace jungle {

// Deadlines that cost two pointer writes to set: for sockets and calls, of which there are many and whose deadlines
// almost never pass. They are noticed by a sweep every kTick, so they fire up to one tick late.
//
// One per worker, owned by it; every method runs on its executor. run_sweeps() drives it until cancelled.
class DeadlineList {
 public:
  static constexpr Millis kTick{100};

  // A deadline that may be armed, moved and disarmed. Destroying it disarms it. Must not outlive the list.
  class Entry : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    // `on_expiry` runs inside the sweep; it may arm, disarm or destroy any entry, this one included.
    explicit Entry(std::function<void()> on_expiry) : on_expiry_(std::move(on_expiry)) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void disarm() { unlink(); }
    bool armed() const { return is_linked(); }
    SteadyTime deadline() const { return deadline_; }

   private:
    friend class DeadlineList;
    std::function<void()> on_expiry_;
    SteadyTime deadline_ = kNever;
  };

  explicit DeadlineList(Time& time) : time_(time), now_(time.steady_now()) {}
  DeadlineList(const DeadlineList&) = delete;
  DeadlineList& operator=(const DeadlineList&) = delete;

  void arm(Entry& entry, SteadyTime deadline) {
    entry.deadline_ = deadline;
    if (!entry.is_linked()) entries_.push_back(entry);
  }
  // The time of the last sweep: a clock that costs nothing and is at most one tick old.
  SteadyTime coarse_now() const { return now_; }

  // Fires what has passed. run_sweeps() calls it; tests may too.
  void sweep();
  Task<void> run_sweeps();

 private:
  Time& time_;
  SteadyTime now_;
  boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> entries_;
};

}  // namespace jungle

// Sessions that outlive their call, for the task that it made.
#pragma once

#include <functional>
#include <list>
#include <utility>

#include "base/deadline_list.h"
#include "base/time.h"
#include "upstream/http_link.h"
#include "upstream/limits.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Where each call has a session of its own, that of a call which made a task stays open until nobody may ask for the
// task any more. Who asks finds it by the id of the task, not here: this only ends it.
//
// Owned by the worker's HttpUpstream; on the worker's executor.
class TaskSessions {
 public:
  explicit TaskSessions(Worker& worker) : worker_(worker) {}
  TaskSessions(const TaskSessions&) = delete;
  TaskSessions& operator=(const TaskSessions&) = delete;

  bool has_room() const { return kept_.size() < kTaskSessionsMax; }
  // For `time`, but kTaskSessionTime at most.
  void keep(LinkUse use, Millis time);
  // Ends them all now.
  void end_all();

 private:
  struct Kept {
    Kept(LinkUse of, std::function<void()> on_expiry) : use(std::move(of)), expiry(std::move(on_expiry)) {}
    LinkUse use;
    DeadlineList::Entry expiry;
  };
  using Position = std::list<Kept>::iterator;
  void end(Position kept);

  Worker& worker_;
  std::list<Kept> kept_;
};

}  // namespace jungle::upstream

#include "upstream/task_sessions.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "upstream/session_stream.h"

namespace jungle::upstream {

void TaskSessions::keep(LinkUse use, Millis time) {
  const auto position = std::make_shared<Position>();
  kept_.emplace_back(std::move(use), [this, position] { end(*position); });
  *position = std::prev(kept_.end());
  const SteadyTime now = worker_.deadlines.coarse_now();
  worker_.deadlines.arm(kept_.back().expiry, now + std::min<Millis>(time, kTaskSessionTime));
}

void TaskSessions::end(Position kept) {
  LinkUse use = std::move(kept->use);
  kept_.erase(kept);
  if (use.link->stream) use.link->stream->close();
  if (worker_.background.size() >= kGoodbyesMax) return;
  worker_.background.spawn(run_close_session(worker_, std::move(use), 0));
}

void TaskSessions::end_all() {
  while (!kept_.empty())
    end(kept_.begin());
}

}  // namespace jungle::upstream

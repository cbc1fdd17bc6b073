// The end of background work that may take a while, but not for ever.
#pragma once

#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"

namespace jungle {

// Returns when no child of `group` is left; those that still run at `deadline` are cancelled. Runs on the group's
// executor. REQUIRES: the calling coroutine is not being cancelled.
Task<void> join_by(TaskGroup& group, Time& time, SteadyTime deadline);

}  // namespace jungle

// Processes that became our children without our doing.
#pragma once

#include <functional>

#include <sys/types.h>

namespace jungle::upstream {

// Reaps every child that has ended, in whatever order they ended, but those for which `is_awaited` is true: somebody
// else reaps them. For the first process of a PID namespace, whose child every orphan becomes. REQUIRES: no child is
// started meanwhile.
void reap_orphans(const std::function<bool(pid_t)>& is_awaited);

}  // namespace jungle::upstream

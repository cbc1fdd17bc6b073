#include "base/join_by.h"

#include <utility>

#include "base/result.h"
#include "base/with_deadline.h"

namespace jungle {
namespace {

Task<Result<void>> join(TaskGroup& group) {
  co_await group.join();
  co_return Result<void>();
}

}  // namespace

Task<void> join_by(TaskGroup& group, Time& time, SteadyTime deadline) {
  auto joined = join(group);
  auto done = co_await with_deadline(time, deadline, std::move(joined));
  if (!done) group.cancel();
  co_await group.join();
}

}  // namespace jungle

// A deadline around a whole piece of work.
#pragma once

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "base/without_throwing.h"

namespace jungle {

// Runs `work` until `deadline`. On expiry `work` is cancelled and waited for, and the result is kDeadlineExceeded.
// Costs about 3 microseconds: for work off the hot path (calls use DeadlineList).
template <typename T>
Task<Result<T>> with_deadline(Time& time, SteadyTime deadline, Task<Result<T>> work) {
  using namespace asio::experimental::awaitable_operators;
  auto first = co_await (without_throwing(std::move(work)) || time.sleep_until(deadline));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return Error{ErrorCode::kDeadlineExceeded, "the deadline passed", {}};
}

}  // namespace jungle

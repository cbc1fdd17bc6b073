// Work that may stand beside other work in operator||.
#pragma once

#include <utility>

#include <boost/asio/this_coro.hpp>

#include "base/task.h"

namespace jungle {

// operator|| runs its operands as coroutines of their own, where cancellation would throw unless told not to.
template <typename T>
Task<T> without_throwing(Task<T> work) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await std::move(work);
}

}  // namespace jungle

// Whether somebody asked this coroutine to stop.
#pragma once

#include <boost/asio/this_coro.hpp>

#include "base/task.h"

namespace jungle {

// A cancellation ends one pending operation; whoever goes on after it must look. True once cancellation was requested.
inline Task<bool> is_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace jungle

// The waitable timer of our executor.
#pragma once

#include <chrono>

#include <boost/asio/basic_waitable_timer.hpp>

#include "base/task.h"

namespace jungle {

// A steady timer that does not erase its executor's type. For waking a coroutine (expiry kNever, then cancel());
// for waiting until a time use Time::sleep_until, which tests can drive.
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace jungle

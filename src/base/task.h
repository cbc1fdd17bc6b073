// The coroutine type of this program.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace jungle {

namespace asio = boost::asio;

// One executor type for everything that runs: an io_context with a single thread (a worker, or the control thread).
// Naming it instead of asio::any_io_executor keeps type erasure off the hot path, and makes a strand unnecessary:
// objects that live on one executor are never touched by two threads.
using Executor = asio::io_context::executor_type;

// What every coroutine of this program returns.
template <typename T>
using Task = asio::awaitable<T, Executor>;

// The completion token for Asio operations inside a Task.
inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace jungle

// Tests of coroutines that wait for real threads, such as the one of a database.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task.h"

namespace jungle::testing {

// Runs one coroutine at a time.
class ThreadedTest : public ::testing::Test {
 protected:
  // What `task` returns. Throws if that takes a minute, instead of hanging.
  template <typename T>
  T wait(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr error;
    context_.restart();
    asio::co_spawn(context_, std::move(task), [&](std::exception_ptr e, T got) {
      error = e;
      value.emplace(std::move(got));
    });
    context_.run_for(std::chrono::seconds(60));
    if (error) std::rethrow_exception(error);
    if (!value) throw std::runtime_error("the coroutine is stuck: nothing woke it for a minute");
    return std::move(*value);
  }

  asio::io_context context_;
};

}  // namespace jungle::testing

// GoogleTest for coroutines, on fake time.
//
// ASSERT_* uses `return`, which does not compile in a coroutine: use CO_ASSERT_*, and EXPECT_* as usual.
#pragma once

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task.h"
#include "base/testing/fake_time.h"

namespace jungle::testing {

// Runs coroutines on fake time, without blocking.
class CoroTest : public ::testing::Test {
 protected:
  // Runs `body` to its end. A body that is still waiting when nothing is left to do fails the test instead of hanging.
  void run(Task<void> body) {
    bool done = false;
    std::exception_ptr error;
    asio::co_spawn(context_, std::move(body), [&](std::exception_ptr e) {
      done = true;
      error = e;
    });
    time_.run_ready();
    if (error) std::rethrow_exception(error);
    ASSERT_TRUE(done) << "the coroutine is stuck: nothing can wake it";
  }

  asio::io_context context_;
  FakeTime time_{context_};
};

}  // namespace jungle::testing

#define JUNGLE_CO_FAIL_(message) co_return GTEST_MESSAGE_(message, ::testing::TestPartResult::kFatalFailure)
#define CO_ASSERT_TRUE(condition) GTEST_TEST_BOOLEAN_(condition, #condition, false, true, JUNGLE_CO_FAIL_)
#define CO_ASSERT_FALSE(condition) GTEST_TEST_BOOLEAN_(!(condition), #condition, true, false, JUNGLE_CO_FAIL_)
#define CO_ASSERT_EQ(a, b) GTEST_PRED_FORMAT2_(::testing::internal::EqHelper::Compare, a, b, JUNGLE_CO_FAIL_)

// TEST_F whose body is a coroutine.
#define CORO_TEST_F(Fixture, Name)                  \
  class Fixture##_##Name##_Body : public Fixture {  \
   protected:                                       \
    ::jungle::Task<void> body();                    \
  };                                                \
  using Fixture##_##Name = Fixture##_##Name##_Body; \
  TEST_F(Fixture##_##Name, Runs) { run(body()); }   \
  ::jungle::Task<void> Fixture##_##Name##_Body::body()

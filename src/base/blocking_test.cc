#include "base/blocking.h"

#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace jungle {
namespace {

class BlockingTest : public ::testing::Test {
 protected:
  void run(Task<void> body) {
    std::exception_ptr error;
    asio::co_spawn(context_, std::move(body), [&](std::exception_ptr e) { error = e; });
    context_.run();
    if (error) std::rethrow_exception(error);
  }
  Task<void> check_threads() {
    const auto home = std::this_thread::get_id();
    auto work = [home] { return std::this_thread::get_id() == home ? std::string("here") : std::string("elsewhere"); };
    const std::string where = co_await run_blocking(pool_, work);
    EXPECT_EQ("elsewhere", where);
    EXPECT_EQ(home, std::this_thread::get_id());
  }
  Task<void> rethrow() {
    auto work = []() -> int { throw std::runtime_error("disk on fire"); };
    co_await run_blocking(pool_, work);
  }

  asio::thread_pool pool_{1};
  asio::io_context context_;
};

TEST_F(BlockingTest, RunsOnThePoolAndResumesAtHome) { run(check_threads()); }
TEST_F(BlockingTest, RethrowsInTheCaller) { EXPECT_THROW(run(rethrow()), std::runtime_error); }

}  // namespace
}  // namespace jungle

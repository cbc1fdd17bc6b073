// Tests with real child processes and real time.
#pragma once

#include <csignal>
#include <exception>
#include <set>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "base/testing/coro_test.h"
#include "base/time.h"
#include "telemetry/testing/recording_log.h"
#include "upstream/spawner.h"

namespace jungle::upstream::testing {

// The process numbers of the living children of this process, and of zombies: what a test must not leave behind.
struct Children {
  std::set<int> living, zombies;
};
Children children_of_this_process();
// Whether a process exists and is no zombie.
bool is_alive(int pid);

// Runs coroutines that wait for real processes. A body that does not end within kPatience fails the test.
class ProcessTest : public ::testing::Test {
 protected:
  static constexpr Seconds kPatience{20};

  // As the application does: writing to a process that has ended is an error, not our end.
  ProcessTest() { std::signal(SIGPIPE, SIG_IGN); }

  // A program that becomes the guardian.
  static GuardianProgram guardian_program();
  // A program that behaves as `mode` says; see stdio_fixture.cc.
  static SpawnRequest fixture(std::vector<std::string> mode);

  void run(Task<void> body) {
    bool done = false;
    std::exception_ptr error;
    asio::co_spawn(context_, run_without_throwing(std::move(body)), [&](std::exception_ptr e) {
      done = true;
      error = e;
      context_.stop();
    });
    context_.restart();
    context_.run_for(kPatience);
    if (error) std::rethrow_exception(error);
    ASSERT_TRUE(done) << "the coroutine did not end in time";
  }
  void TearDown() override {
    const Children left = children_of_this_process();
    EXPECT_TRUE(left.living.empty()) << *left.living.begin() << " is still alive";
    EXPECT_TRUE(left.zombies.empty()) << *left.zombies.begin() << " is a zombie";
  }

  asio::io_context context_{1};
  RealTime time_;
  telemetry::testing::RecordingLog log_;
  Spawner spawner_{time_, log_, GuardianProgram{}};

 private:
  static Task<void> run_without_throwing(Task<void> body) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(body);
  }
};

}  // namespace jungle::upstream::testing

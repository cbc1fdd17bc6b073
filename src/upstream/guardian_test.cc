#include "upstream/guardian.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include "upstream/child_process.h"
#include "upstream/pipe.h"
#include "upstream/testing/process_test.h"

namespace jungle::upstream {
namespace {

class GuardianTest : public testing::ProcessTest {
 protected:
  // Starts `script` and waits for the first line that it writes.
  Task<void> start(std::string script) {
    SpawnRequest request{"sh", {"-c", std::move(script)}, {"PATH=/usr/bin:/bin"}, {}};
    auto started = co_await spawner_.spawn(std::move(request));
    CO_ASSERT_TRUE(started.has_value());
    child_ = std::make_unique<ChildProcess>(context_.get_executor(), time_, spawner_, std::move(*started));
    while (line_.find('\n') == std::string::npos) {
      char chunk[64];
      auto [ec, size] = co_await child_->out().async_read_some(asio::buffer(chunk), asio::as_tuple(use_task));
      CO_ASSERT_FALSE(ec.failed());
      line_.append(chunk, size);
    }
  }
  // What the guardian does when the gateway has died.
  void guard() {
    auto life = make_pipe();
    ASSERT_TRUE(life.has_value());
    std::thread guardian([&] { guard_groups(life->read.get(), spawner_.groups().file()); });
    life->write.close();
    guardian.join();
  }
  Task<void> until_ended(pid_t pid) {
    for (int i = 0; i < 500 && testing::is_alive(pid); ++i)
      co_await time_.sleep_until(time_.steady_now() + Millis(10));
  }

  std::unique_ptr<ChildProcess> child_;
  std::string line_;
};

CORO_TEST_F(GuardianTest, EndsAGroupWhoseMembersHeedSigterm) {
  co_await start("sleep 1000 & echo $!; wait");
  guard();
  co_await child_->wait_exit();
  EXPECT_EQ("was killed by signal 15 (Terminated)", child_->exit_text());
  const int member = std::stoi(line_);
  co_await until_ended(member);
  EXPECT_FALSE(testing::is_alive(member));
  co_await child_->end(EndTimes());
}

CORO_TEST_F(GuardianTest, KillsAGroupThatIgnoresSigterm) {
  co_await start("trap '' TERM; sleep 1000 & echo $!; wait");
  guard();
  co_await child_->wait_exit();
  EXPECT_EQ("was killed by signal 9 (Killed)", child_->exit_text());
  const int member = std::stoi(line_);
  co_await until_ended(member);
  EXPECT_FALSE(testing::is_alive(member));
  co_await child_->end(EndTimes());
}

CORO_TEST_F(GuardianTest, KillsWhatAnEndedLeaderLeft) {
  co_await start("(trap '' TERM; exec sleep 1000) & echo $!");
  co_await child_->wait_exit();
  const int member = std::stoi(line_);
  EXPECT_TRUE(testing::is_alive(member));
  guard();
  co_await until_ended(member);
  EXPECT_FALSE(testing::is_alive(member));
  co_await child_->end(EndTimes());
}

}  // namespace
}  // namespace jungle::upstream

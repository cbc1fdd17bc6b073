#include "upstream/child_process.h"

#include <csignal>
#include <memory>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include "upstream/testing/process_test.h"

namespace jungle::upstream {
namespace {

class ChildProcessTest : public testing::ProcessTest {
 protected:
  static constexpr EndTimes kShort{Millis(100), Millis(100), Millis(20)};

  Task<void> start(SpawnRequest request) {
    auto started = co_await spawner_.spawn(std::move(request));
    if (!started) {
      error_ = started.error().message;
      co_return;
    }
    child_ = std::make_unique<ChildProcess>(context_.get_executor(), time_, spawner_, std::move(*started));
  }
  Task<std::string> read_all() {
    std::string text;
    for (char chunk[1024];;) {
      auto [ec, size] = co_await child_->out().async_read_some(asio::buffer(chunk), asio::as_tuple(use_task));
      if (ec) co_return text;
      text.append(chunk, size);
    }
  }
  static SpawnRequest shell(const std::string& script) {
    return SpawnRequest{"sh", {"-c", script}, {"PATH=/usr/bin:/bin", "GREETING=hello"}, {}};
  }

  std::unique_ptr<ChildProcess> child_;
  std::string error_;
};

CORO_TEST_F(ChildProcessTest, GivesTheChildItsArgumentsEnvironmentAndFolder) {
  SpawnRequest request = shell("echo $GREETING $1 $(pwd)");
  request.args.insert(request.args.end(), {"sh", "you and $HOME"});
  request.cwd = "/usr";
  co_await start(std::move(request));
  CO_ASSERT_TRUE(child_ != nullptr);
  const std::string text = co_await read_all();
  EXPECT_EQ("hello you and $HOME /usr\n", text);
  co_await child_->end(kShort);
  EXPECT_EQ("exited with code 0", child_->exit_text());
}

CORO_TEST_F(ChildProcessTest, HasOnlyItsThreeDescriptorsAndAGroupOfItsOwn) {
  co_await start(shell("ls /proc/self/fd | tr '\\n' ' '; ps -o pgid= -p $$ | tr -d ' \\n'; trap -p PIPE"));
  CO_ASSERT_TRUE(child_ != nullptr);
  const std::string text = co_await read_all();
  EXPECT_EQ("0 1 2 3 " + std::to_string(child_->pid()), text);  // 3 is the folder that ls reads.
  co_await child_->end(kShort);
}

CORO_TEST_F(ChildProcessTest, EndsAProcessThatHeedsTheEndOfItsInput) {
  SpawnRequest request = fixture({});
  co_await start(std::move(request));
  CO_ASSERT_TRUE(child_ != nullptr);
  EXPECT_FALSE(child_->has_exited());
  co_await child_->end(EndTimes());
  EXPECT_EQ("exited with code 0", child_->exit_text());
}

CORO_TEST_F(ChildProcessTest, TerminatesAProcessThatIgnoresTheEndOfItsInput) {
  co_await start(shell("sleep 1000"));
  CO_ASSERT_TRUE(child_ != nullptr);
  co_await child_->end(kShort);
  EXPECT_EQ("was killed by signal 15 (Terminated)", child_->exit_text());
}

CORO_TEST_F(ChildProcessTest, KillsAProcessThatIgnoresEverything) {
  co_await start(shell("trap '' TERM; echo ready; while :; do sleep 1000; done"));
  CO_ASSERT_TRUE(child_ != nullptr);
  char ready[16];
  auto [ec, size] = co_await child_->out().async_read_some(asio::buffer(ready), asio::as_tuple(use_task));
  CO_ASSERT_FALSE(ec.failed());
  EXPECT_EQ(6u, size);
  co_await child_->end(kShort);
  EXPECT_EQ("was killed by signal 9 (Killed)", child_->exit_text());
}

CORO_TEST_F(ChildProcessTest, KillsWhatAnEndedProcessLeftInItsGroup) {
  co_await start(shell(
      "(trap '' TERM; echo $BASHPID; exec sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done') & exit 7"));
  CO_ASSERT_TRUE(child_ != nullptr);
  co_await child_->wait_exit();
  EXPECT_EQ("exited with code 7", child_->exit_text());
  std::string text;
  while (text.find_first_of("0123456789") == std::string::npos || text.back() != '\n') {
    char chunk[64];
    auto [ec, size] = co_await child_->out().async_read_some(asio::buffer(chunk), asio::as_tuple(use_task));
    CO_ASSERT_FALSE(ec.failed());
    text.append(chunk, size);
  }
  const int orphan = std::stoi(text.substr(text.find_first_of("0123456789")));
  EXPECT_TRUE(testing::is_alive(orphan));
  co_await child_->end(kShort);
  for (int i = 0; i < 100 && testing::is_alive(orphan); ++i)
    co_await time_.sleep_until(time_.steady_now() + Millis(10));
  EXPECT_FALSE(testing::is_alive(orphan));
}

CORO_TEST_F(ChildProcessTest, StandsInTheTableBeforeItRunsAndUntilItsGroupHasEnded) {
  co_await start(shell("echo ready; read line"));
  CO_ASSERT_TRUE(child_ != nullptr);
  const std::vector<pid_t> expected{child_->pid()};
  EXPECT_EQ(expected, read_groups(spawner_.groups().file()));
  EXPECT_TRUE(spawner_.groups().contains(child_->pid()));
  co_await child_->end(kShort);
  EXPECT_EQ(std::vector<pid_t>{}, read_groups(spawner_.groups().file()));
  EXPECT_FALSE(spawner_.groups().contains(child_->pid()));
}

CORO_TEST_F(ChildProcessTest, LeavesNothingInTheTableWhenItCannotBeStarted) {
  SpawnRequest not_executable{"/etc/passwd", {}, {}, {}};
  co_await start(std::move(not_executable));
  CO_ASSERT_TRUE(child_ == nullptr);
  EXPECT_EQ(std::vector<pid_t>{}, read_groups(spawner_.groups().file()));
}

CORO_TEST_F(ChildProcessTest, SaysWhichCommandIsMissingAndHowToGetIt) {
  SpawnRequest request{"uvx", {"mcp-server-git"}, {"PATH=/nonexistent"}, {}};
  co_await start(std::move(request));
  EXPECT_EQ(
      "failed to start command: uvx: no such file or directory; no 'uvx' is on the gateway's PATH: it comes with uv "
      "(https://docs.astral.sh/uv). In a container it must be part of the gateway's image",
      error_);
}

CORO_TEST_F(ChildProcessTest, SaysWhyAPathCannotBeStarted) {
  SpawnRequest missing{"/nonexistent/cmd", {}, {}, {}};
  co_await start(std::move(missing));
  EXPECT_EQ("failed to start command: /nonexistent/cmd: no such file or directory", error_);
  SpawnRequest not_executable{"/etc/passwd", {}, {}, {}};
  co_await start(std::move(not_executable));
  EXPECT_EQ("failed to start command: /etc/passwd: permission denied", error_);
}

CORO_TEST_F(ChildProcessTest, SaysWhenTheFolderIsMissing) {
  SpawnRequest request = fixture({});
  request.cwd = "/nonexistent";
  co_await start(std::move(request));
  EXPECT_EQ(
      "failed to start command: cannot change to the directory '/nonexistent': no such file or directory; correct "
      "'cwd'",
      error_);
}

}  // namespace
}  // namespace jungle::upstream

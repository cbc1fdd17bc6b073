#include "upstream/stdio_channel.h"

#include <memory>
#include <string>
#include <vector>

#include "upstream/testing/process_test.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;

class StdioChannelTest : public testing::ProcessTest, public ChannelListener {
 protected:
  static constexpr EndTimes kShort{Millis(100), Millis(100), Millis(20)};

  void on_message(std::string text) override {
    messages_.push_back(std::move(text));
    changed_.notify_all();
  }
  void on_failed_request(std::uint64_t, const Error&) override { ADD_FAILURE() << "a pipe takes what it is given"; }
  void on_end(const Error& why) override {
    why_ = why.message;
    changed_.notify_all();
  }
  Task<void> open(SpawnRequest request) {
    auto started = co_await spawner_.spawn(std::move(request));
    if (started) {
      channel_ = std::make_unique<StdioChannel>(context_.get_executor(), time_, log_, spawner_, facts_,
                                                std::move(*started), *this);
    }
  }
  Task<void> open_shell(std::string script) {
    SpawnRequest request{"sh", {"-c", std::move(script)}, {"PATH=/usr/bin:/bin"}, {}};
    co_await open(std::move(request));
  }
  Task<void> until_messages(std::size_t count) {
    while (messages_.size() < count && why_.empty())
      co_await changed_.wait();
  }
  Task<void> until_end() {
    while (why_.empty())
      co_await changed_.wait();
  }

  static catalog::ServerSpec spec() {
    catalog::ServerSpec spec;
    spec.name = catalog::ServerName("s");
    spec.transport = catalog::Transport::kStdio;
    spec.env = {{"CANARY", Secret("canary-variable")}};
    return spec;
  }
  static std::string ended(const std::string& why) {
    return "server 's': transport closed: the process ended before it answered: " + why;
  }

  const std::shared_ptr<const ServerFacts> facts_ = std::make_shared<const ServerFacts>(spec(), UpstreamOptions());
  Signal changed_{context_.get_executor()};
  std::vector<std::string> messages_;
  std::string why_;
  std::unique_ptr<StdioChannel> channel_;
};

CORO_TEST_F(StdioChannelTest, CarriesMessagesBothWays) {
  co_await open_shell("cat");
  EXPECT_TRUE(channel_->send("{\"a\":\n1}", 0).has_value());
  EXPECT_TRUE(channel_->send("{\"b\":2}", 0).has_value());
  co_await until_messages(2);
  EXPECT_EQ((std::vector<std::string>{"{\"a\": 1}", "{\"b\":2}"}), messages_);
  co_await channel_->end_within(kShort);
  EXPECT_FALSE(channel_->send("{}", 0).has_value());
}

CORO_TEST_F(StdioChannelTest, SkipsAndLogsWhatIsNoMessage) {
  co_await open_shell("echo 'Server is up!'; echo; echo '{\"a\":1}'; cat");
  co_await until_messages(1);
  EXPECT_EQ((std::vector<std::string>{"{\"a\":1}"}), messages_);
  EXPECT_TRUE(log_.contains("no message server=s line=Server is up!"));
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, CarriesTenMegabytesOnOneLineBesidesAMegabyteOfStderr) {
  co_await open_shell(
      "head -c 1000000 /dev/zero | tr '\\0' 'e' >&2; printf '{\"x\":\"'; head -c 10000000 /dev/zero | tr '\\0' 'y'; "
      "echo '\"}'; cat");
  co_await until_messages(1);
  CO_ASSERT_EQ(1u, messages_.size());
  EXPECT_EQ(10'000'008u, messages_[0].size());
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, WritesAndReadsMuchAtTheSameTimeWithoutADeadlock) {
  co_await open_shell("cat");
  const std::string message = "{\"x\":\"" + std::string(1 << 20, 'x') + "\"}";
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(channel_->send(message, 0).has_value());
  co_await until_messages(20);
  EXPECT_EQ(20u, messages_.size());
  EXPECT_EQ(message, messages_.back());
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, RefusesMoreWhenTheChildDoesNotRead) {
  co_await open_shell("sleep 1000");
  const std::string message(16 << 20, 'x');
  int accepted = 0;
  while (accepted < 10 && channel_->send(message, 0).has_value())
    ++accepted;
  EXPECT_EQ(3, accepted);  // Three times 16 MiB and a newline each; a fourth would pass 64 MiB.
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, QuotesTheLastOutputOfAProcessThatDies) {
  SpawnRequest request = fixture({"exit=1"});
  co_await open(std::move(request));
  co_await until_end();
  EXPECT_EQ(ended("it exited with code 1; its last output:\ncannot start: no token"), why_);
  EXPECT_TRUE(log_.contains("['s' MCP STDERR] cannot start: no token server=s"));
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, SaysNothingOfWhatTheProcessWasGiven) {
  co_await open_shell("echo 'bad canary-variable'; echo 'refused: canary-variable' >&2; exit 1");
  co_await until_end();
  EXPECT_EQ(ended("it exited with code 1; its last output:\nrefused: ***************"), why_);
  EXPECT_TRUE(log_.contains("no message server=s line=bad ***************"));
  for (const std::string& line : log_.lines())
    EXPECT_EQ(std::string::npos, line.find("canary")) << line;
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, DeliversWhatAProcessWroteJustBeforeItsEnd) {
  co_await open_shell("echo '{\"last\":1}'; printf '{\"unfinished\":1}'");
  co_await until_end();
  EXPECT_EQ((std::vector<std::string>{"{\"last\":1}", "{\"unfinished\":1}"}), messages_);
  EXPECT_EQ(ended("it exited with code 0"), why_);
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, NoticesTheEndThoughAGrandchildHoldsThePipes) {
  co_await open_shell("sleep 1000 & echo '{\"a\":1}'; exit 4");
  co_await until_end();
  EXPECT_EQ(ended("it exited with code 4"), why_);
  EXPECT_EQ(1u, messages_.size());
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, EndsInBoundsWhenChildAndGrandchildIgnoreEverything) {
  SpawnRequest request = fixture({"ignore-eof", "ignore-term", "grandchild"});
  co_await open(std::move(request));
  co_await channel_->end_within(kShort);
}

CORO_TEST_F(StdioChannelTest, LogsOnlySoManyLinesOfStderrASecond) {
  co_await open_shell("i=0; while [ $i -lt 1000 ]; do echo line $i >&2; i=$((i+1)); done; echo '{}'; cat");
  co_await until_messages(1);
  co_await channel_->end_within(kShort);
  std::size_t logged = 0;
  for (const std::string& line : log_.lines())
    logged += line.starts_with("['s' MCP STDERR]") ? 1 : 0;
  EXPECT_LE(logged, 2 * kStderrLinesPerSecond);
  EXPECT_GE(logged, kStderrLinesPerSecond);
}

}  // namespace
}  // namespace jungle::upstream

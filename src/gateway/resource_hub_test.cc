#include "gateway/resource_hub.h"

#include <optional>
#include <string>
#include <vector>

#include "base/testing/coro_test.h"

namespace jungle::gateway {
namespace {

class ResourceHubTest : public testing::CoroTest {
 protected:
  using Reply = ResourceHub::WatchReply;

  std::shared_ptr<Reply> ask(const std::string& own_uri) {
    auto reply = std::make_shared<Reply>(context_.get_executor());
    hub_.watch(catalog::ServerName("files"), own_uri, reply);
    return reply;
  }
  Task<void> take(std::shared_ptr<Reply> reply, std::optional<Result<mcp::ResourceWatchPtr>>& got) {
    got = co_await reply->wait();
  }
  Result<mcp::ResourceWatchPtr> watch(const std::string& own_uri) {
    std::optional<Result<mcp::ResourceWatchPtr>> got;
    run(take(ask(own_uri), got));
    return std::move(*got);
  }
  Task<Result<void>> subscribe(std::string what) {
    calls_.push_back("+" + what);
    if (refusal_) co_return *refusal_;
    co_return Result<void>();
  }

  std::vector<std::string> calls_;
  std::optional<Error> refusal_;
  ResourceHub hub_{context_.get_executor(),
                   {[this](catalog::ServerName server, std::string uri) { return subscribe(server.str() + " " + uri); },
                    [this](const catalog::ServerName& server, const std::string& uri) {
                      calls_.push_back("-" + server.str() + " " + uri);
                    }},
                   [](std::exception_ptr) { ADD_FAILURE() << "a task threw"; }};
};

TEST_F(ResourceHubTest, SubscribesUntilTheWatchDies) {
  auto watched = watch("a");
  ASSERT_TRUE(watched.has_value());
  EXPECT_EQ("files", (*watched)->server());
  EXPECT_EQ("a", (*watched)->own_uri());
  EXPECT_EQ(std::vector<std::string>{"+files a"}, calls_);
  watched->reset();
  time_.run_ready();
  EXPECT_EQ((std::vector<std::string>{"+files a", "-files a"}), calls_);
}

TEST_F(ResourceHubTest, UndoesEachSuccessOnce) {
  auto first = watch("a");
  auto second = watch("a");
  first->reset();
  time_.run_ready();
  EXPECT_EQ((std::vector<std::string>{"+files a", "+files a", "-files a"}), calls_);
}

TEST_F(ResourceHubTest, HandsOnTheWordsOfTheServer) {
  refusal_ = Error{ErrorCode::kUpstreamRejected, "no such file", {}};
  const auto watched = watch("a");
  ASSERT_FALSE(watched.has_value());
  EXPECT_EQ("no such file", watched.error().message);
  time_.run_ready();
  EXPECT_EQ(std::vector<std::string>{"+files a"}, calls_);
}

TEST_F(ResourceHubTest, TakesBackWhatNobodyWaitsFor) {
  ask("a").reset();
  time_.run_ready();
  EXPECT_EQ((std::vector<std::string>{"+files a", "-files a"}), calls_);
}

TEST_F(ResourceHubTest, WatchesNothingOnceItIsStopped) {
  run(hub_.stop());
  const auto watched = watch("a");
  ASSERT_FALSE(watched.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, watched.error().code);
  EXPECT_TRUE(calls_.empty());
}

}  // namespace
}  // namespace jungle::gateway

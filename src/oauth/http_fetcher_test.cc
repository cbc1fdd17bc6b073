#include "oauth/http_fetcher.h"

#include <optional>
#include <string>

#include "http/testing/client_fixture.h"
#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

using http::testing::json;

class HttpFetcherTest : public http::testing::ClientTest {
 protected:
  FetchRequest get(std::string_view target) {
    return {.url = http::Url::parse(imposter_.url(target)).value(), .server_url = imposter_.url("/mcp")};
  }
  Task<void> keep(FetchRequest request, std::optional<Result<FetchAnswer>>& answer) {
    HttpFetcher fetcher(client(), time_);
    auto got = co_await fetcher.fetch(std::move(request));
    answer.emplace(std::move(got));
  }
  Result<FetchAnswer> fetch(FetchRequest request) {
    start(std::move(request));
    EXPECT_TRUE(run_until([&] { return answer_.has_value(); }));
    return std::move(*answer_);
  }
  void start(FetchRequest request) {
    answer_.reset();
    asio::co_spawn(context_, keep(std::move(request), answer_), [](std::exception_ptr) {});
  }

  std::optional<Result<FetchAnswer>> answer_;
};

TEST_F(HttpFetcherTest, SendsTheRequestAndReadsTheAnswer) {
  imposter_.when("POST", "/token").reply(json("{}", 400).with_header("Cache-Control", "max-age=60"));
  FetchRequest request = get("/token?a=b");
  request.method = "POST";
  request.headers = {{"Accept", "application/json"}, {"Authorization", "Basic eA=="}};
  request.body = "grant_type=x";
  const auto answer = fetch(std::move(request));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(400, answer->status);
  EXPECT_EQ("application/json", answer->content_type);
  EXPECT_EQ("max-age=60", answer->cache_control);
  EXPECT_EQ("{}", answer->body);
  const auto seen = imposter_.requests().at(0);
  EXPECT_EQ("/token?a=b", seen.target);
  EXPECT_EQ("Basic eA==", seen.header("Authorization"));
  EXPECT_EQ("grant_type=x", seen.body);
}

TEST_F(HttpFetcherTest, FollowsNoRedirect) {
  imposter_.when("GET", "/a").reply(http::testing::text("", 302).with_header("Location", "/b"));
  const auto answer = fetch(get("/a"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(302, answer->status);
  EXPECT_EQ("/b", answer->location);
  EXPECT_EQ(1u, imposter_.requests().size());
}

TEST_F(HttpFetcherTest, ReadsABodyOfTheLargestSizeAndNoLargerOne) {
  imposter_.when("GET", "/fits").reply(json(std::string(kFetchBodyBytesMax, 'x')));
  imposter_.when("GET", "/huge").reply(json(std::string(kFetchBodyBytesMax + 1, 'x')));
  EXPECT_EQ(kFetchBodyBytesMax, fetch(get("/fits"))->body.size());
  const auto huge = fetch(get("/huge"));
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(ErrorCode::kLimitExceeded, huge.error().code);
}

TEST_F(HttpFetcherTest, LeadsNoDeeperIntoOurNetworksThanTheServer) {
  imposter_.when_anything().reply(json("{}"));
  FetchRequest request = get("/");
  EXPECT_TRUE(fetch(request).has_value());
  request.server_url = "https://8.8.8.8/mcp";
  const auto refused = fetch(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(ErrorCode::kPermissionDenied, refused.error().code);
  EXPECT_EQ(1u, imposter_.requests().size());
}

// As for http://mcp.internal/mcp, whose metadata is not https either.
TEST_F(HttpFetcherTest, TheOriginOfTheServerMayBeAskedWhateverItIs) {
  imposter_.when_anything().reply(json("{}"));
  const std::string odd = "http://127.1:" + std::to_string(imposter_.port());
  FetchRequest request{.url = http::Url::parse(odd + "/metadata").value(), .server_url = odd + "/mcp"};
  EXPECT_TRUE(fetch(request).has_value());
  request.server_url = imposter_.url("/mcp");
  EXPECT_FALSE(fetch(request).has_value()) << "another origin";
}

TEST_F(HttpFetcherTest, GivesUpAfterTheTimeOfAFetch) {
  imposter_.when("GET", "/slow").reply(json("{}").held());
  start(get("/slow"));
  EXPECT_TRUE(run_until([&] { return !imposter_.requests().empty(); }));
  time_.advance(kFetchTime - Seconds(1));
  EXPECT_FALSE(answer_.has_value());
  time_.advance(Seconds(2));
  EXPECT_TRUE(run_until([&] { return answer_.has_value(); }));
  ASSERT_FALSE(answer_->has_value());
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, answer_->error().code);
}

}  // namespace
}  // namespace jungle::oauth

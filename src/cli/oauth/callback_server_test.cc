#include "cli/oauth/callback_server.h"

#include <memory>

#include <gtest/gtest.h>

#include "http/testing/loopback_fixture.h"
#include "http/url.h"

namespace jungle::cli {
namespace {

using http::testing::LoopbackTest;
using http::testing::RawAnswer;
using http::testing::RawPeer;

class CallbackServerTest : public LoopbackTest {
 protected:
  ~CallbackServerTest() override { stop(); }

  void listen(const std::string& redirect_uri = "") {
    server_ = std::make_unique<CallbackServer>(context_.get_executor(), time_, deadlines_, log_);
    const auto listening = server_->listen(redirect_uri);
    ASSERT_TRUE(listening.has_value()) << listening.error().message;
    url_ = *http::Url::parse(server_->redirect_uri());
    server_->expect("s-1");
  }
  void stop() {
    if (!server_) return;
    bool is_stopped = false;
    auto stop = [](CallbackServer& server, SteadyTime force_at, bool& done) -> Task<void> {
      co_await server.stop(force_at);
      done = true;
    };
    asio::co_spawn(context_, stop(*server_, time_.steady_now(), is_stopped), [](std::exception_ptr) {});
    for (int i = 0; i < 100 && !is_stopped; ++i)
      advance(DeadlineList::kTick);
    EXPECT_TRUE(run_until([&] { return is_stopped; }));
    server_.reset();
  }
  std::unique_ptr<RawPeer> connect() {
    return std::make_unique<RawPeer>(url_->port(), [this](const auto& condition) { return run_until(condition); });
  }
  std::string get(const std::string& target, const std::string& host = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: " + (host.empty() ? std::string(url_->authority()) : host) +
           "\r\n\r\n";
  }
  RawAnswer ask(const std::string& request) {
    const auto peer = connect();
    peer->send(request);
    return peer->read_answer();
  }

  telemetry::NullLog log_;
  std::unique_ptr<CallbackServer> server_;
  std::optional<http::Url> url_;
};

TEST_F(CallbackServerTest, ListensOnAFreePortOfLoopback) {
  listen();
  EXPECT_EQ("127.0.0.1", url_->host());
  EXPECT_EQ("/oauth/callback", url_->path());
  EXPECT_NE(80, url_->port());
}

TEST_F(CallbackServerTest, TakesTheFirstAnswerAndHoldsItsBrowserUntilTheEndIsKnown) {
  listen();
  const auto browser = connect();
  browser->send(get("/oauth/callback?code=c&state=s-1&iss=https%3A%2F%2Fas"));
  ASSERT_TRUE(run_until([&] { return server_->answer().has_value(); }));
  EXPECT_EQ((AuthorizationResponse{Secret("c"), "s-1", "https://as", "", ""}), *server_->answer());
  EXPECT_EQ(410, ask(get("/oauth/callback?code=d&state=s-1")).status) << "it is used once";
  EXPECT_EQ("c", server_->answer()->code.reveal());
  server_->conclude(successful_page("todoist"));
  const RawAnswer page = browser->read_answer();
  EXPECT_EQ(200, page.status);
  EXPECT_EQ("text/html; charset=utf-8", page.header("content-type"));
  EXPECT_EQ("no-store", page.header("cache-control"));
  EXPECT_EQ("no-referrer", page.header("referrer-policy"));
  EXPECT_NE(std::string::npos, page.body.find("Authorization successful"));
}

TEST_F(CallbackServerTest, TakesARefusal) {
  listen();
  const auto browser = connect();
  browser->send(get("/oauth/callback?error=access_denied&state=s-1"));
  ASSERT_TRUE(run_until([&] { return server_->answer().has_value(); }));
  EXPECT_EQ("access_denied", server_->answer()->error);
}

TEST_F(CallbackServerTest, TurnsEverythingElseAwayAndGoesOnWaiting) {
  listen();
  const std::string good = "/oauth/callback?code=c&state=s-1";
  const std::string host(url_->authority());
  const std::string port = std::to_string(url_->port());
  EXPECT_EQ(400, ask(get("/oauth/callback?code=c&state=s-2")).status);
  EXPECT_EQ(400, ask(get("/oauth/callback?code=c&state=")).status);
  EXPECT_EQ(400, ask(get("/oauth/callback?code=c")).status);
  EXPECT_EQ(400, ask(get("/oauth/callback?code=c&code=d&state=s-1")).status);
  EXPECT_EQ(400, ask(get("/oauth/callback")).status);
  EXPECT_EQ(404, ask(get("/oauth/callback/?code=c&state=s-1")).status);
  EXPECT_EQ(404, ask(get("/favicon.ico")).status);
  EXPECT_EQ(403, ask(get(good, "evil.example:" + port)).status);
  EXPECT_EQ(403, ask(get(good, "localhost:" + port)).status);
  EXPECT_EQ(403, ask(get(good, "127.0.0.1:1")).status);
  EXPECT_EQ(400, ask("GET " + good + " HTTP/1.1\r\n\r\n").status);
  const RawAnswer post = ask("POST " + good + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(405, post.status);
  EXPECT_EQ("GET", post.header("allow"));
  EXPECT_FALSE(server_->answer().has_value());
  const auto browser = connect();
  browser->send(get(good));
  EXPECT_TRUE(run_until([&] { return server_->answer().has_value(); }));
}

TEST_F(CallbackServerTest, TakesNothingBeforeItKnowsWhatToExpect) {
  server_ = std::make_unique<CallbackServer>(context_.get_executor(), time_, deadlines_, log_);
  ASSERT_TRUE(server_->listen("").has_value());
  url_ = *http::Url::parse(server_->redirect_uri());
  EXPECT_EQ(400, ask(get("/oauth/callback?code=c&state=x")).status);
  EXPECT_FALSE(server_->answer().has_value());
}

TEST_F(CallbackServerTest, ListensWhereItIsTold) {
  listen();
  const std::string taken = server_->redirect_uri();
  CallbackServer second(context_.get_executor(), time_, deadlines_, log_);
  EXPECT_EQ(ErrorCode::kConflict, second.listen(taken).error().code);
  const std::string free_port = std::to_string(url_->port());
  stop();
  listen("http://localhost:" + free_port + "/cb?tenant=1");
  const auto browser = connect();
  browser->send(get("/cb?tenant=1&code=c&state=s-1", "LOCALHOST:" + free_port));
  EXPECT_TRUE(run_until([&] { return server_->answer().has_value(); }));
}

TEST_F(CallbackServerTest, ListensOnLoopbackOnly) {
  CallbackServer server(context_.get_executor(), time_, deadlines_, log_);
  for (const char* elsewhere : {"http://0.0.0.0:8085/cb", "https://127.0.0.1:8085/cb", "http://gw.example/cb",
                                "http://127.0.0.1.evil.example:8085/cb", "http://10.0.0.1:8085/cb", "myapp://cb", "x"})
    EXPECT_EQ(ErrorCode::kInvalidArgument, server.listen(elsewhere).error().code) << elsewhere;
}

TEST_F(CallbackServerTest, EndsWhileABrowserWaits) {
  listen();
  const auto browser = connect();
  browser->send(get("/oauth/callback?code=c&state=s-1"));
  ASSERT_TRUE(run_until([&] { return server_->answer().has_value(); }));
  stop();
  EXPECT_EQ(500, browser->read_answer().status);
}

}  // namespace
}  // namespace jungle::cli

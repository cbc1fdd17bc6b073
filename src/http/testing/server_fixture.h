// A server with handlers that tests script.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"
#include "http/testing/loopback_fixture.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::http::testing {

// Answers with what a test sets; records what it was asked.
class ScriptedHandler final : public Handler {
 public:
  using Body = std::function<Task<void>(Exchange&)>;
  Task<void> handle(Exchange& exchange) override {
    seen.push_back(std::string(exchange.method()) + " " + std::string(exchange.target()) + " " + exchange.body());
    const Body body = next;  // A copy: tests may replace it meanwhile.
    co_await body(exchange);
    ++ended;
  }

  Body next = answer_with_echo;
  std::vector<std::string> seen;
  int ended = 0;

  // 200 with the request's body.
  static Task<void> answer_with_echo(Exchange& exchange) {
    auto sent = co_await exchange.respond(200, "text/plain", exchange.body());
    (void)sent;
  }
};

// A server on 127.0.0.1, port 0.
class ServerTest : public LoopbackTest {
 protected:
  ~ServerTest() override {
    if (server_) stop_server();
  }

  void start(ServerOptions options = ServerOptions()) {
    server_ = std::make_unique<Server>(context_.get_executor(), time_, deadlines_, log_, handler_, options);
    port_ = server_->listen("127.0.0.1", 0)->port;
    server_->start();
  }
  std::unique_ptr<RawPeer> connect() {
    if (!server_) start();
    return std::make_unique<RawPeer>(port_, [this](const auto& condition) { return run_until(condition); });
  }
  // Connects, sends, reads one answer.
  RawAnswer ask(std::string_view bytes) {
    const auto peer = connect();
    peer->send(bytes);
    return peer->read_answer();
  }
  void stop_server() {
    bool stopped = false;
    auto stop = [](Server& server, SteadyTime force_at, bool& done) -> Task<void> {
      co_await server.stop(force_at);
      done = true;
    };
    asio::co_spawn(context_, stop(*server_, time_.steady_now(), stopped), [](std::exception_ptr) {});
    for (int i = 0; i < 100 && !stopped; ++i)
      advance(DeadlineList::kTick);
    EXPECT_TRUE(run_until([&] { return stopped; }));
    server_.reset();
  }

  telemetry::testing::RecordingLog log_;
  ScriptedHandler handler_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace jungle::http::testing

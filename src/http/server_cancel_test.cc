// How a handler learns that its work is not wanted any more: hang-up, deadline, shutdown.
#include <array>

#include <boost/asio/as_tuple.hpp>

#include "base/timer.h"
#include "http/testing/server_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;

class ServerCancelTest : public testing::ServerTest {
 protected:
  static constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  // Waits until it is cancelled or released, and keeps the reason.
  Task<void> wait_then_answer(Exchange& exchange) {
    Timer timer(context_.get_executor(), kNever);
    timer_ = &timer;
    auto [ec] = co_await timer.async_wait(asio::as_tuple(use_task));
    (void)ec;
    timer_ = nullptr;
    reason_ = exchange.cancel_reason();
    co_await exchange.reset_cancellation();
    auto sent = co_await exchange.respond(503, "text/plain", "cancelled");
    answer_was_sent_ = sent.has_value();
  }
  Task<void> stream_then_wait(Exchange& exchange) {
    const std::array<std::string_view, 1> pieces{"first"};
    auto sent = co_await exchange.start_stream(ResponseHead(), pieces);
    (void)sent;
    Timer timer(context_.get_executor(), kNever);
    timer_ = &timer;
    auto [ec] = co_await timer.async_wait(asio::as_tuple(use_task));
    (void)ec;
    timer_ = nullptr;
    reason_ = exchange.cancel_reason();
    sent = co_await exchange.finish();
    (void)sent;
  }
  void handle_by_waiting() {
    handler_.next = [this](Exchange& exchange) { return wait_then_answer(exchange); };
  }
  void handle_by_streaming() {
    handler_.next = [this](Exchange& exchange) { return stream_then_wait(exchange); };
  }
  bool handler_waits() {
    return run_until([this] { return timer_ != nullptr; });
  }
  // Starts to stop; run_until(stopped_) sees the end of it.
  void begin_stop(Millis patience) {
    auto stop = [](Server& server, SteadyTime force_at, bool& done) -> Task<void> {
      co_await server.stop(force_at);
      done = true;
    };
    asio::co_spawn(context_, stop(*server_, time_.steady_now() + patience, stopped_), [](std::exception_ptr) {});
    time_.run_ready();
  }

  Timer* timer_ = nullptr;  // While the handler waits.
  CancelReason reason_ = CancelReason::kNone;
  bool answer_was_sent_ = false;
  bool stopped_ = false;
};

TEST_F(ServerCancelTest, CancelsWhenThePeerHangsUp) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  peer->close();
  time_.run_ready();
  EXPECT_NE(nullptr, timer_);  // It may only have closed its sending side.
  advance(kHangUpGrace + 300ms);
  EXPECT_EQ(nullptr, timer_);
  EXPECT_EQ(CancelReason::kHangUp, reason_);
}

TEST_F(ServerCancelTest, CancelsAtOnceWhenThePeerResets) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  peer->reset();
  EXPECT_TRUE(run_until([this] { return timer_ == nullptr; }));
  EXPECT_EQ(CancelReason::kHangUp, reason_);
  EXPECT_FALSE(answer_was_sent_);
}

TEST_F(ServerCancelTest, AnswersAPeerThatClosedItsSendingSideOnly) {
  const auto peer = connect();
  peer->send(kGet);
  peer->shutdown_send();
  EXPECT_EQ(200, peer->read_answer().status);
}

TEST_F(ServerCancelTest, LetsAHandlerIgnoreTheHangUp) {
  handler_.next = [this](Exchange& exchange) {
    exchange.set_hang_up(HangUp::kIgnore);
    return wait_then_answer(exchange);
  };
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  peer->close();
  advance(5s);
  ASSERT_NE(nullptr, timer_);
  timer_->cancel();
  time_.run_ready();
  EXPECT_EQ(CancelReason::kNone, reason_);
  EXPECT_EQ(1, handler_.ended);
}

TEST_F(ServerCancelTest, CancelsAnIdleStreamWhenThePeerHangsUp) {
  handle_by_streaming();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  peer->close();
  advance(1s);
  EXPECT_EQ(CancelReason::kHangUp, reason_);
  EXPECT_EQ(0u, server_->connection_count());
}

TEST_F(ServerCancelTest, CancelsAtTheDeadlineAndStillAnswers) {
  handler_.next = [this](Exchange& exchange) {
    exchange.set_deadline(exchange.deadlines().coarse_now() + 10s);
    exchange.set_deadline(exchange.deadlines().coarse_now() + 5s);  // Moved.
    return wait_then_answer(exchange);
  };
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  advance(4900ms);
  EXPECT_NE(nullptr, timer_);
  advance(300ms);
  EXPECT_EQ(CancelReason::kDeadline, reason_);
  EXPECT_EQ("cancelled", peer->read_answer().body);
  handler_.next = testing::ScriptedHandler::answer_with_echo;
  peer->send(kGet);
  EXPECT_EQ(200, peer->read_answer().status);
}

TEST_F(ServerCancelTest, RepeatsACancellationThatCameBetweenTwoWaits) {
  handler_.next = [this](Exchange& exchange) {
    exchange.cancel(CancelReason::kRequested);  // Nothing is waiting yet.
    return wait_then_answer(exchange);
  };
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  advance(300ms);
  EXPECT_EQ(CancelReason::kRequested, reason_);
  EXPECT_EQ(503, peer->read_answer().status);
}

TEST_F(ServerCancelTest, NoticesAHangUpBehindAPipelinedRequest) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  peer->send(kGet);
  time_.run_ready();
  peer->close();
  advance(1s);
  EXPECT_EQ(CancelReason::kHangUp, reason_);
}

TEST_F(ServerCancelTest, NoticesAHangUpBehindARequestThatCameAlong) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(std::string(kGet) + std::string(kGet));
  ASSERT_TRUE(handler_waits());
  peer->close();
  advance(1s);
  EXPECT_EQ(CancelReason::kHangUp, reason_);
  EXPECT_EQ(1u, handler_.seen.size());
}

TEST_F(ServerCancelTest, StopsAtOnceWithIdleConnectionsAndStreams) {
  handle_by_streaming();
  std::vector<std::unique_ptr<testing::RawPeer>> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(connect());
    if (i % 2 == 0) continue;
    timer_ = nullptr;
    peers.back()->send(kGet);
    ASSERT_TRUE(handler_waits());
  }
  begin_stop(10s);
  EXPECT_TRUE(run_until([this] { return stopped_; }));  // Fake time stood still.
  EXPECT_EQ(CancelReason::kShutdown, reason_);
  EXPECT_TRUE(peers[0]->ends());
  EXPECT_TRUE(peers[1]->read_answer().is_complete);  // The handler could say good-bye.
  EXPECT_EQ(0u, server_->connection_count());
}

TEST_F(ServerCancelTest, LetsACallFinishWhileItStops) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  begin_stop(10s);
  advance(9s);
  ASSERT_NE(nullptr, timer_);
  timer_->cancel();
  const auto answer = peer->read_answer();
  EXPECT_EQ(503, answer.status);
  EXPECT_EQ("close", answer.header("connection"));
  EXPECT_EQ(CancelReason::kNone, reason_);
  EXPECT_TRUE(run_until([this] { return stopped_; }));
}

TEST_F(ServerCancelTest, LetsACallThatStreamsFinishWhenAskedTo) {
  handler_.next = [this](Exchange& exchange) {
    exchange.set_shutdown(Shutdown::kFinish);
    return stream_then_wait(exchange);
  };
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  begin_stop(10s);
  advance(9s);
  ASSERT_NE(nullptr, timer_);
  timer_->cancel();
  EXPECT_TRUE(peer->read_answer().is_complete);
  EXPECT_TRUE(run_until([this] { return stopped_; }));
}

TEST_F(ServerCancelTest, CancelsCallsWhenItsPatienceIsOver) {
  handle_by_waiting();
  const auto peer = connect();
  peer->send(kGet);
  ASSERT_TRUE(handler_waits());
  begin_stop(10s);
  advance(11s);
  EXPECT_EQ(CancelReason::kShutdown, reason_);
  EXPECT_EQ(503, peer->read_answer().status);
  EXPECT_TRUE(run_until([this] { return stopped_; }));
}

TEST_F(ServerCancelTest, RefusesConnectionsAfterItStopped) {
  start();
  begin_stop(0s);
  EXPECT_TRUE(run_until([this] { return stopped_; }));
  Server another(context_.get_executor(), time_, deadlines_, log_, handler_, ServerOptions());
  EXPECT_TRUE(another.listen("127.0.0.1", port_));  // The port is free again.
}

}  // namespace
}  // namespace jungle::http

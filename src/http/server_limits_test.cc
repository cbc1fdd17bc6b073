// What peers may cost a server: each limit at its value and past it.
#include <array>

#include "http/limits.h"
#include "http/testing/server_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;

class ServerLimitsTest : public testing::ServerTest {
 protected:
  // A request whose head has `bytes` bytes.
  static std::string request_with_head(std::size_t bytes) {
    std::string head = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
    head.append(bytes - head.size() - 4, 'x');
    return head + "\r\n\r\n";
  }
  static std::string post_of(std::size_t announced_bytes) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(announced_bytes) + "\r\n\r\n";
  }
  void start_small() {
    ServerOptions options;
    options.body_bytes_max = 1000;
    start(options);
  }
  static Task<void> stream_forever(Exchange& exchange, ErrorCode& outcome) {
    const std::string block(64 * 1024, 'x');
    const std::array<std::string_view, 1> pieces{block};
    auto sent = co_await exchange.start_stream(ResponseHead());
    while (sent) {
      sent = co_await exchange.write(pieces);
    }
    outcome = sent.error().code;
  }
  // Lets the server read what has been sent.
  void settle() { time_.run_ready(); }
};

TEST_F(ServerLimitsTest, TakesTheLongestHead) { EXPECT_EQ(200, ask(request_with_head(kHeadBytesMax)).status); }

TEST_F(ServerLimitsTest, RefusesALongerHead) {
  const auto peer = connect();
  peer->send(request_with_head(kHeadBytesMax + 1));
  const auto answer = peer->read_answer();
  EXPECT_EQ(431, answer.status);
  EXPECT_EQ("close", answer.header("connection"));
  EXPECT_EQ(R"({"error":"the request's head is over 65536 bytes"})", answer.body);
  peer->shutdown_send();
  EXPECT_TRUE(peer->ends());
  EXPECT_TRUE(handler_.seen.empty());
}

TEST_F(ServerLimitsTest, RefusesAHeadWithoutAnEnd) {
  EXPECT_EQ(431, ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(kHeadBytesMax, 'x')).status);
}

TEST_F(ServerLimitsTest, RefusesMalformedRequests) {
  EXPECT_EQ(400, ask("hello\r\n\r\n").status);
  EXPECT_EQ(400, ask("GET / HTTP/1.1\r\n\r\n").status);
  EXPECT_EQ(400, ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n").status);
  EXPECT_EQ(400, ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense").status);
  EXPECT_EQ(501, ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n").status);
  EXPECT_EQ(505, ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status);
  EXPECT_TRUE(handler_.seen.empty());
}

TEST_F(ServerLimitsTest, TakesTheLargestBody) {
  start_small();
  EXPECT_EQ(200, ask(post_of(1000) + std::string(1000, 'x')).status);
}

TEST_F(ServerLimitsTest, RefusesALargerBodyWithoutReadingIt) {
  start_small();
  const auto answer = ask(post_of(1001));
  EXPECT_EQ(413, answer.status);
  EXPECT_EQ(R"({"error":"the request's body is over 1000 bytes"})", answer.body);
}

TEST_F(ServerLimitsTest, RefusesALargerChunkedBody) {
  start_small();
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(200, ask(head + "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n").status);
  EXPECT_EQ(413, ask(head + "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n").status);
}

TEST_F(ServerLimitsTest, ShowsTheRefusalToAClientThatKeepsSending) {
  start_small();
  const auto peer = connect();
  const std::size_t bytes = 100'000'000;
  peer->send(post_of(bytes));
  const std::string block(1'000'000, 'x');
  for (std::size_t sent = 0; sent < bytes; sent += block.size())
    peer->send(block);
  EXPECT_EQ(413, peer->read_answer().status);
}

TEST_F(ServerLimitsTest, EndsAnExpectationItWillNotMeet) {
  start_small();
  EXPECT_EQ(413, ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n").status);
}

TEST_F(ServerLimitsTest, WaitsForAHeadOnlySoLong) {
  const auto peer = connect();
  peer->send("GET / HT");
  settle();
  advance(kHeadTime - 200ms);
  peer->send("TP/1.1\r\n");
  settle();
  EXPECT_EQ(1u, server_->connection_count());
  advance(400ms);  // The second part did not buy it time.
  EXPECT_EQ(408, peer->read_answer().status);
}

TEST_F(ServerLimitsTest, WaitsForAFirstByteOnlySoLong) {
  const auto peer = connect();
  settle();
  advance(kFirstByteTime - 200ms);
  EXPECT_EQ(1u, server_->connection_count());
  advance(400ms);
  EXPECT_TRUE(peer->ends());
}

TEST_F(ServerLimitsTest, WaitsForTheNextRequestOnlySoLong) {
  const auto peer = connect();
  peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(200, peer->read_answer().status);
  advance(kIdleTime - 200ms);
  EXPECT_EQ(1u, server_->connection_count());
  advance(400ms);
  EXPECT_TRUE(peer->ends());
}

TEST_F(ServerLimitsTest, WaitsForABodyAsLongAsItMoves) {
  const auto peer = connect();
  peer->send(post_of(20'000));
  for (int i = 0; i < 4; ++i) {
    peer->send(std::string(kBodyProgressBytes, 'x'));
    settle();
    advance(kBodyProgressTime - 500ms);
  }
  EXPECT_EQ(1u, server_->connection_count());
  peer->send("x");  // Not progress enough.
  settle();
  advance(1s);
  EXPECT_EQ(408, peer->read_answer().status);
}

TEST_F(ServerLimitsTest, DropsAReaderThatStops) {
  const auto peer = connect();
  peer->shrink_receive_buffer();
  ErrorCode outcome = ErrorCode::kInternal;
  handler_.next = [&outcome](Exchange& exchange) { return stream_forever(exchange, outcome); };
  peer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(run_until([&] { return handler_.seen.size() == 1; }));
  settle();
  advance(kWriteStallTime - 300ms);
  EXPECT_EQ(0, handler_.ended);
  advance(600ms);
  EXPECT_EQ(1, handler_.ended);
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, outcome);
}

TEST_F(ServerLimitsTest, MakesRoomForANewConnectionByClosingAnIdleOne) {
  ServerOptions options;
  options.connections_max = 2;
  start(options);
  const auto idle = connect();
  const auto busy = connect();
  busy->send("GET / HT");
  settle();
  const auto newcomer = connect();
  newcomer->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(200, newcomer->read_answer().status);
  EXPECT_TRUE(idle->ends());
  busy->send("TP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(200, busy->read_answer().status);
}

TEST_F(ServerLimitsTest, RefusesAConnectionWhenAllAreBusy) {
  ServerOptions options;
  options.connections_max = 1;
  start(options);
  const auto busy = connect();
  busy->send("GET / HT");
  settle();
  const auto newcomer = connect();
  EXPECT_TRUE(newcomer->ends());
  EXPECT_TRUE(log_.contains("too many connections limit=1"));
}

}  // namespace
}  // namespace jungle::http

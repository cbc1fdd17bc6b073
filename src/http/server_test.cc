#include "http/server.h"

#include <array>
#include <stdexcept>

#include "http/testing/server_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;

class HttpServerTest : public testing::ServerTest {};

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::string_view body, const std::string& fields = "") {
  return "POST /p HTTP/1.1\r\nHost: x\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST_F(HttpServerTest, AnswersARequest) {
  const auto answer = ask(post("hello"));
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ("hello", answer.body);
  EXPECT_EQ("text/plain", answer.header("content-type"));
  EXPECT_EQ("5", answer.header("content-length"));
  EXPECT_NE("", answer.header("date"));
  EXPECT_EQ("", answer.header("connection"));
}

TEST_F(HttpServerTest, ShowsTheHandlerTheRequest) {
  handler_.next = [](Exchange& exchange) -> Task<void> {
    EXPECT_EQ("GET", exchange.method());
    EXPECT_EQ("/a?b=c", exchange.target());
    EXPECT_EQ("/a", exchange.path());
    EXPECT_EQ("b=c", exchange.query());
    EXPECT_EQ("x", exchange.header("HOST"));
    EXPECT_FALSE(exchange.header("cookie"));
    EXPECT_EQ("127.0.0.1", exchange.peer());
    EXPECT_TRUE(exchange.is_loopback_peer());
    EXPECT_GE(exchange.body().capacity(), exchange.body().size() + kBodySlack);
    auto sent = co_await exchange.respond(204, "", "");
    EXPECT_TRUE(sent);
  };
  EXPECT_EQ(204, ask(kGet).status);
}

TEST_F(HttpServerTest, TakesTargetsInAbsoluteForm) {
  ask("GET http://x/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  ask("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ((std::vector<std::string>{"GET /a?b ", "GET / "}), handler_.seen);
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  const auto peer = connect();
  for (int i = 0; i < 3; ++i) {
    peer->send(post(std::to_string(i)));
    ASSERT_EQ(std::to_string(i), peer->read_answer().body);
  }
  EXPECT_EQ(1u, server_->connection_count());
}

// Small answers leave in one piece, large ones in those that they are made of.
TEST_F(HttpServerTest, AnswersWithBodiesOfManyPiecesAndEverySize) {
  handler_.next = [](Exchange& exchange) -> Task<void> {
    const std::size_t size = std::stoul(exchange.body());
    const std::array<std::string, 2> parts{std::string(size, 'a'), std::string(size, 'b')};
    const std::array<std::string_view, 3> pieces{parts[0], parts[1], "c"};
    const ResponseHead head{200, "text/plain", {}};
    auto sent = exchange.respond_now(head, pieces);
    if (!sent) sent = co_await exchange.flush_answer();
    EXPECT_TRUE(sent->has_value());
  };
  const auto peer = connect();
  for (const std::size_t size : {0u, 1u, 1900u, 1960u, 1970u, 1980u, 1990u, 2000u, 4096u, 100'000u}) {
    peer->send(post(std::to_string(size)));
    ASSERT_EQ(std::string(size, 'a') + std::string(size, 'b') + "c", peer->read_answer().body);
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  const auto peer = connect();
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += post("request " + std::to_string(i) + std::string(200, 'x'));
  peer->send(many);
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ("request " + std::to_string(i) + std::string(200, 'x'), peer->read_answer().body);
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  const auto peer = connect();
  for (const char c : post("hello", "X-Some: field\r\n")) {
    peer->send(std::string_view(&c, 1));
    time_.run_ready();
  }
  EXPECT_EQ("hello", peer->read_answer().body);
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  EXPECT_EQ(
      "hello world",
      ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x\r\n world\r\n0\r\n\r\n")
          .body);
}

TEST_F(HttpServerTest, ReadsLargeBodies) {
  std::string body(3'000'000, 'x');
  body.back() = 'y';
  const auto answer = ask(post(body));
  EXPECT_TRUE(answer.is_complete);
  EXPECT_TRUE(body == answer.body);
}

TEST_F(HttpServerTest, ClosesWhenTheClientAsksForIt) {
  const auto peer = connect();
  peer->send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto answer = peer->read_answer();
  EXPECT_EQ("close", answer.header("connection"));
  EXPECT_TRUE(peer->ends());
}

TEST_F(HttpServerTest, SpeaksHttp10) {
  const auto peer = connect();
  peer->send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ("keep-alive", peer->read_answer().header("connection"));
  peer->send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(200, peer->read_answer().status);
  EXPECT_TRUE(peer->ends());
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  const auto peer = connect();
  handler_.next = [](Exchange& exchange) -> Task<void> {
    auto sent = co_await exchange.respond(200, "text/plain", "hello");
    EXPECT_TRUE(sent);
  };
  peer->send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ("5", peer->read_answer(true).header("content-length"));
  peer->send(kGet);
  EXPECT_EQ("hello", peer->read_answer().body);
}

TEST_F(HttpServerTest, WritesNoLengthFor204) {
  handler_.next = [](Exchange& exchange) -> Task<void> {
    auto sent = co_await exchange.respond(204, "", "");
    EXPECT_TRUE(sent);
  };
  EXPECT_EQ("", ask(kGet).header("content-length"));
}

TEST_F(HttpServerTest, AsksForTheBodyWhenTheClientWaits) {
  const auto peer = connect();
  peer->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(100, peer->read_answer().status);
  peer->send("hello");
  EXPECT_EQ("hello", peer->read_answer().body);
}

TEST_F(HttpServerTest, DoesNotAskForABodyThatIsThere) {
  EXPECT_EQ(200, ask(post("hello", "Expect: 100-continue\r\n")).status);
}

TEST_F(HttpServerTest, Streams) {
  const auto peer = connect();
  handler_.next = [](Exchange& exchange) -> Task<void> {
    ResponseHead head;
    head.content_type = "text/event-stream";
    auto sent = co_await exchange.start_stream(head);
    EXPECT_TRUE(sent);
    const std::array<std::string_view, 3> pieces{"data: ", "1", "\n\n"};
    sent = co_await exchange.write(pieces);
    EXPECT_TRUE(sent);
    sent = co_await exchange.write(std::span<const std::string_view>());
    EXPECT_TRUE(sent);
    EXPECT_TRUE(exchange.streaming());
    sent = co_await exchange.finish(pieces);
    EXPECT_TRUE(sent);
    EXPECT_FALSE(exchange.streaming());
  };
  peer->send(kGet);
  const auto answer = peer->read_answer();
  EXPECT_EQ("data: 1\n\ndata: 1\n\n", answer.body);
  EXPECT_TRUE(answer.is_complete);
  EXPECT_EQ("chunked", answer.header("transfer-encoding"));
  peer->send(kGet);
  EXPECT_EQ(200, peer->read_answer().status);
}

TEST_F(HttpServerTest, StreamsToHttp10UntilTheEnd) {
  const auto peer = connect();
  handler_.next = [](Exchange& exchange) -> Task<void> {
    const std::array<std::string_view, 1> pieces{"hello"};
    auto sent = co_await exchange.start_stream(ResponseHead(), pieces);
    EXPECT_TRUE(sent);
    sent = co_await exchange.finish();
    EXPECT_TRUE(sent);
  };
  peer->send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = peer->read_answer();
  EXPECT_EQ("hello", answer.body);
  EXPECT_EQ("close", answer.header("connection"));
  EXPECT_TRUE(answer.is_complete);
}

TEST_F(HttpServerTest, CutsOffAStreamThatItsHandlerLeaves) {
  handler_.next = [](Exchange& exchange) -> Task<void> {
    const std::array<std::string_view, 1> pieces{"half"};
    auto sent = co_await exchange.start_stream(ResponseHead(), pieces);
    EXPECT_TRUE(sent);
  };
  const auto answer = ask(kGet);
  EXPECT_EQ("half", answer.body);
  EXPECT_FALSE(answer.is_complete);
}

TEST_F(HttpServerTest, Answers500ForAHandlerThatThrows) {
  const auto peer = connect();
  handler_.next = [](Exchange&) -> Task<void> {
    throw std::runtime_error("a bug");
    co_return;
  };
  peer->send(kGet);
  const auto answer = peer->read_answer();
  EXPECT_EQ(500, answer.status);
  EXPECT_EQ(std::string::npos, answer.body.find("a bug"));
  EXPECT_TRUE(log_.contains("a bug"));
  handler_.next = testing::ScriptedHandler::answer_with_echo;
  peer->send(kGet);
  EXPECT_EQ(200, peer->read_answer().status);
}

TEST_F(HttpServerTest, Answers500ForAHandlerThatSaysNothing) {
  handler_.next = [](Exchange&) -> Task<void> { co_return; };
  EXPECT_EQ(500, ask(kGet).status);
}

TEST_F(HttpServerTest, RefusesToInjectHeaders) {
  handler_.next = [](Exchange& exchange) -> Task<void> {
    const std::array<Header, 1> headers{{{"X-Name", "a\r\nSet-Cookie: b"}}};
    ResponseHead head;
    head.headers = headers;
    auto sent = co_await exchange.respond(head, std::span<const std::string_view>());
    EXPECT_EQ(ErrorCode::kInternal, sent.error().code);
    EXPECT_FALSE(exchange.answered());
  };
  const auto answer = ask(kGet);
  EXPECT_EQ(500, answer.status);
  EXPECT_EQ("", answer.header("set-cookie"));
}

TEST_F(HttpServerTest, TellsTheAccessLog) {
  struct Recorder final : AccessLog {
    void exchange_done(const AccessRecord& record) override {
      lines.push_back(std::string(record.method) + " " + std::string(record.target) + " " + std::string(record.peer) +
                      " " + std::to_string(record.status) + (record.answer_bytes > 5 ? " bytes" : ""));
    }
    std::vector<std::string> lines;
  } recorder;
  ServerOptions options;
  options.access_log = &recorder;
  start(options);
  ask(kGet);
  EXPECT_EQ((std::vector<std::string>{"GET /a?b=c 127.0.0.1 200 bytes"}), recorder.lines);
  stop_server();
}

TEST_F(HttpServerTest, SiblingsShareAPortAndStrangersDoNot) {
  start();
  Server sibling(context_.get_executor(), time_, deadlines_, log_, handler_, ServerOptions());
  EXPECT_TRUE(sibling.listen("127.0.0.1", port_, Sharing::kSibling));
  Server stranger(context_.get_executor(), time_, deadlines_, log_, handler_, ServerOptions());
  const auto refused = stranger.listen("127.0.0.1", port_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(ErrorCode::kConflict, refused.error().code);
  EXPECT_EQ("cannot listen on 127.0.0.1 port " + std::to_string(port_) + ": address already in use",
            refused.error().message);
}

TEST_F(HttpServerTest, ListensOnAddressesOnly) {
  Server server(context_.get_executor(), time_, deadlines_, log_, handler_, ServerOptions());
  EXPECT_EQ(ErrorCode::kInvalidArgument, server.listen("not an address", 0).error().code);
}

}  // namespace
}  // namespace jungle::http

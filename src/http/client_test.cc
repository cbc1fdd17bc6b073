#include "http/client.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "http/testing/client_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;
using testing::CallOutcome;
using testing::Reply;

class HttpClientTest : public testing::ClientTest {};

TEST_F(HttpClientTest, SendsARequestAndReadsTheAnswer) {
  imposter_.when("POST", "/mcp").reply(testing::json("{}", 202));
  const CallOutcome got = call(imposter_.url("/mcp?x=1"), "hello");
  EXPECT_EQ(202, got.status);
  EXPECT_EQ("{}", got.body);
  const auto seen = imposter_.requests().at(0);
  EXPECT_EQ("/mcp?x=1", seen.target);
  EXPECT_EQ("hello", seen.body);
  EXPECT_EQ("POST /mcp?x=1 HTTP/1.1\r\nHost: " + imposter_.authority() + "\r\nContent-Length: 5\r\n\r\n", seen.head);
}

// The timer of the kernel for the connection to `port`: "02" is one for keep-alive probes.
std::string kernel_timer_to(std::uint16_t port) {
  char wanted[16];
  std::snprintf(wanted, sizeof wanted, "0100007F:%04X", port);
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream columns(line);
    std::string slot, local, remote, state, queues, timer;
    columns >> slot >> local >> remote >> state >> queues >> timer;
    if (remote == wanted && state == "01") return timer.substr(0, 2);
  }
  return "no such connection";
}

TEST_F(HttpClientTest, HasTheKernelProbeAPeerThatIsSilent) {
  imposter_.when_anything().reply(testing::json("{}"));
  call(imposter_.url());
  EXPECT_EQ("02", kernel_timer_to(imposter_.port()));
}

TEST_F(HttpClientTest, WritesTheHostAsItIsRegistered) {
  imposter_.when_anything().reply(testing::json("{}"));
  call("http://LocalHost:" + std::to_string(imposter_.port()) + "/");
  ASSERT_EQ(1u, imposter_.requests().size());
  EXPECT_EQ("LocalHost:" + std::to_string(imposter_.port()), imposter_.requests()[0].header("host"));
}

TEST_F(HttpClientTest, WritesHeaders) {
  imposter_.when_anything().reply(testing::json("{}"));
  headers_ = {{"Mcp-Session-Id", "7"}, {"Accept", "a, b"}};
  call(imposter_.url(), "x");
  EXPECT_EQ("7", imposter_.requests()[0].header("mcp-session-id"));
  EXPECT_EQ("a, b", imposter_.requests()[0].header("accept"));
}

TEST_F(HttpClientTest, RefusesToInjectHeaders) {
  headers_ = {{"X-Token", "a\r\nX-Evil: b"}};
  const CallOutcome got = call(imposter_.url());
  EXPECT_EQ(ErrorCode::kInvalidArgument, got.error->code);
  EXPECT_EQ("X-Token: the value cannot be sent in an HTTP header", got.error->message);
  EXPECT_EQ(0, imposter_.accepted_count());
}

TEST_F(HttpClientTest, SaysThatAPostHasNoBody) {
  imposter_.when_anything().reply(testing::json("{}"));
  call(imposter_.url());
  EXPECT_EQ("0", imposter_.requests()[0].header("content-length"));
  method_ = "GET";
  call(imposter_.url());
  EXPECT_FALSE(imposter_.requests()[1].has_header("content-length"));
}

TEST_F(HttpClientTest, ReadsChunkedAnswers) {
  imposter_.when_anything().reply(testing::events({"data: 1\n\n", "data: 2\n\n"}));
  EXPECT_EQ("data: 1\n\ndata: 2\n\n", call(imposter_.url()).body);
}

TEST_F(HttpClientTest, ReadsAnswersThatEndWithTheConnection) {
  imposter_.when_anything().reply(testing::raw("HTTP/1.0 200 OK\r\n\r\nall of it"));
  const CallOutcome got = call(imposter_.url());
  EXPECT_EQ("all of it", got.body);
  EXPECT_FALSE(got.error);
}

TEST_F(HttpClientTest, ReadsLargeAnswers) {
  std::string large(5'000'000, 'x');
  large.back() = 'y';
  imposter_.when_anything().reply(testing::json(large));
  const CallOutcome got = call(imposter_.url(), std::string(3'000'000, 'z'));
  EXPECT_TRUE(large == got.body);
  EXPECT_EQ(3'000'000u, imposter_.requests()[0].body.size());
}

TEST_F(HttpClientTest, ReadsNoBodyWhereThereIsNone) {
  imposter_.when("POST", "/204").reply(testing::json("", 204));
  EXPECT_EQ(204, call(imposter_.url("/204")).status);
  method_ = "HEAD";
  imposter_.when("HEAD", "/").reply(testing::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
  const CallOutcome got = call(imposter_.url());
  EXPECT_EQ(200, got.status);
  EXPECT_FALSE(got.error);
}

TEST_F(HttpClientTest, SkipsInterimAnswers) {
  imposter_.when_anything().reply(
      testing::raw("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  EXPECT_EQ("ok", call(imposter_.url()).body);
}

TEST_F(HttpClientTest, LimitsInterimAnswers) {
  std::string endless;
  for (int i = 0; i <= kInterimAnswersMax; ++i)
    endless += "HTTP/1.1 100 Continue\r\n\r\n";
  imposter_.when_anything().reply(testing::raw(endless + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(ErrorCode::kUpstreamRejected, call(imposter_.url()).error->code);
}

TEST_F(HttpClientTest, LeavesSpareCapacityBehindABody) {
  imposter_.when_anything().reply(testing::json("0123456789"));
  auto read = [](Client& client, std::string url_text) -> Task<void> {
    const auto url = Url::parse(url_text);
    ClientRequest request{*url};
    auto answer = co_await client.send(request);
    CO_ASSERT_TRUE(answer);
    auto body = co_await answer->read_body(10);
    CO_ASSERT_TRUE(body);
    EXPECT_GE(body->capacity(), body->size() + kBodySlack);
    EXPECT_EQ("application/json", answer->content_type());  // Still there after the body.
  };
  run_io(read(client(), imposter_.url()));
}

TEST_F(HttpClientTest, TakesABodyAtTheLimitAndNotOneByteMore) {
  auto read = [](Client& client, std::string url_text, std::size_t limit, ErrorCode& code) -> Task<void> {
    const auto url = Url::parse(url_text);
    ClientRequest request{*url};
    auto answer = co_await client.send(request);
    CO_ASSERT_TRUE(answer);
    auto body = co_await answer->read_body(limit);
    code = body ? ErrorCode::kInternal : body.error().code;
  };
  imposter_.when("POST", "/counted").reply(testing::json("0123456789"));
  imposter_.when("POST", "/chunked").reply(testing::events({"01234", "56789"}));
  for (const char* path : {"/counted", "/chunked"}) {
    ErrorCode code = ErrorCode::kConflict;
    run_io(read(client(), imposter_.url(path), 10, code));
    EXPECT_EQ(ErrorCode::kInternal, code) << path;
    run_io(read(client(), imposter_.url(path), 9, code));
    EXPECT_EQ(ErrorCode::kLimitExceeded, code) << path;
  }
}

TEST_F(HttpClientTest, ReadsAStreamAsItComes) {
  imposter_.when_anything().reply(testing::open_events({"data: 1\n\n"}));
  auto read = [](Client& client, std::string url_text, std::vector<std::string>& got) -> Task<void> {
    const auto url = Url::parse(url_text);
    ClientRequest request{*url};
    auto answer = co_await client.send(request);
    CO_ASSERT_TRUE(answer);
    for (;;) {
      auto bytes = co_await answer->read_some();
      got.push_back(bytes ? std::string(*bytes) : "error");
      if (!bytes || bytes->empty()) break;
    }
  };
  std::vector<std::string> got;
  client();
  calls_.spawn(read(client(), imposter_.url(), got));
  ASSERT_TRUE(run_until([&] { return got.size() == 1; }));
  EXPECT_EQ("data: 1\n\n", got[0]);
  imposter_.release();
  ASSERT_TRUE(run_until([&] { return got.size() == 2; }));
  EXPECT_EQ("", got[1]);
  EXPECT_TRUE(run_until([&] { return client().idle_count() == 1; }));
}

TEST_F(HttpClientTest, TakesABodyThatIsHereAndWaitsForOneThatIsNot) {
  imposter_.when("POST", "/now").reply(testing::json("{}"));
  imposter_.when("POST", "/later").reply(testing::open_events({"data: 1\n\n"}));
  auto read = [](Client& client, std::string url_text, std::string& got) -> Task<void> {
    const auto url = Url::parse(url_text);
    ClientRequest request{*url};
    auto answer = co_await client.send(request);
    CO_ASSERT_TRUE(answer);
    auto body = answer->take_body(100);
    got = body ? "at once: " : "later: ";
    if (!body) body = co_await answer->read_body(100);
    CO_ASSERT_TRUE(body->has_value());
    got += **body;
  };
  std::string got;
  run_io(read(client(), imposter_.url("/now"), got));
  EXPECT_EQ("at once: {}", got);
  calls_.spawn(read(client(), imposter_.url("/later"), got));
  ASSERT_TRUE(run_until([&] { return got == "later: "; }));
  imposter_.release();
  EXPECT_TRUE(run_until([&] { return got == "later: data: 1\n\n"; }));
  EXPECT_TRUE(run_until([&] { return client().idle_count() == 1; }));
}

TEST_F(HttpClientTest, SaysThatAConnectionWasRefused) {
  imposter_.stop_listening();
  const CallOutcome got = call(imposter_.url("/mcp"));
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
  EXPECT_EQ("connection to " + imposter_.authority() + " was refused", got.error->message);
  EXPECT_EQ(FailurePhase::kNotSent, got.phase);
}

TEST_F(HttpClientTest, SaysThatThereIsNoSuchHost) {
  const CallOutcome got = call("http://no-such-host.invalid/");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
  EXPECT_EQ("no such host: 'no-such-host.invalid' could not be found", got.error->message);
  EXPECT_EQ(FailurePhase::kNotSent, got.phase);
}

TEST_F(HttpClientTest, SaysThatThePeerClosedBeforeItAnswered) {
  imposter_.when_anything().reply(testing::hang_up());
  const CallOutcome got = call(imposter_.url(), "x");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
  EXPECT_EQ(imposter_.authority() + " closed the connection before answering", got.error->message);
  EXPECT_EQ(FailurePhase::kMaybeSent, got.phase);
  EXPECT_EQ(1u, imposter_.requests().size());  // Not sent again.
}

TEST_F(HttpClientTest, SaysThatThePeerClosedInTheMiddle) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"}) {
    imposter_.when_anything().reply(testing::raw(bytes));
    const CallOutcome got = call(imposter_.url());
    EXPECT_EQ(200, got.status);
    ASSERT_TRUE(got.error);
    EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
    EXPECT_EQ(imposter_.authority() + " closed the connection in the middle of its answer", got.error->message);
  }
}

TEST_F(HttpClientTest, RefusesAnswersThatAreNotHttp) {
  for (const std::string& bytes :
       {std::string("<html>\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense")}) {
    imposter_.when_anything().reply(testing::raw(bytes));
    const CallOutcome got = call(imposter_.url());
    ASSERT_TRUE(got.error) << bytes;
    EXPECT_EQ(ErrorCode::kUpstreamRejected, got.error->code) << bytes;
  }
}

TEST_F(HttpClientTest, LimitsTheHeadOfAnAnswer) {
  imposter_.when_anything().reply(testing::raw("HTTP/1.1 200 OK\r\nX: " + std::string(kHeadBytesMax, 'x')));
  EXPECT_EQ(ErrorCode::kLimitExceeded, call(imposter_.url()).error->code);
}

TEST_F(HttpClientTest, GivesUpAtTheDeadline) {
  imposter_.when_anything().reply(testing::json("{}").held());
  CallOutcome got;
  begin_call(imposter_.url(), time_.steady_now() + 5s, got);
  EXPECT_TRUE(run_until([&] { return !imposter_.requests().empty(); }));
  advance(4900ms);
  EXPECT_FALSE(got.done);
  advance(300ms);
  ASSERT_TRUE(got.done);
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, got.error->code);
  EXPECT_EQ(imposter_.authority() + " did not answer in time", got.error->message);
  EXPECT_EQ(FailurePhase::kMaybeSent, got.phase);
}

TEST_F(HttpClientTest, ClosesTheConnectionOfACallThatIsCancelled) {
  imposter_.when_anything().reply(testing::json("{}").held());
  CallOutcome got;
  begin_call(imposter_.url(), kNever, got);
  EXPECT_TRUE(run_until([&] { return !imposter_.requests().empty(); }));
  calls_.cancel();
  EXPECT_TRUE(run_until([&] { return got.done; }));
  EXPECT_EQ(ErrorCode::kCancelled, got.error->code);
  imposter_.release();
  EXPECT_TRUE(run_until([&] { return imposter_.open_count() == 0; }));
}

TEST_F(HttpClientTest, EndsItsCallsWhenItStops) {
  imposter_.when_anything().reply(testing::json("{}").held());
  CallOutcome got;
  begin_call(imposter_.url(), kNever, got);
  EXPECT_TRUE(run_until([&] { return !imposter_.requests().empty(); }));
  stop_client();
  EXPECT_TRUE(got.done);
  EXPECT_EQ(ErrorCode::kCancelled, got.error->code);
}

TEST_F(HttpClientTest, ReadsARefusalThatComesBeforeTheBodyIsSent) {
  // 413 and a close, while most of the body is still on our side.
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor(
      context_.get_executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  auto refuse = [](decltype(acceptor)& from) -> Task<void> {
    auto [ec, socket] = co_await from.async_accept(asio::as_tuple(use_task));
    EXPECT_FALSE(ec);
    std::array<char, 1000> some;
    const auto room = asio::buffer(some);
    auto [read_ec, count] = co_await socket.async_read_some(room, asio::as_tuple(use_task));
    EXPECT_FALSE(read_ec);
    const std::string_view text = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno";
    const auto answer = asio::buffer(text);
    auto [write_ec, written] = co_await asio::async_write(socket, answer, asio::as_tuple(use_task));
    EXPECT_FALSE(write_ec);
  };
  calls_.spawn(refuse(acceptor));
  const CallOutcome got =
      call("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/", std::string(20'000'000, 'x'));
  EXPECT_EQ(413, got.status);
  EXPECT_EQ("no", got.body);
}

TEST_F(HttpClientTest, AsksTheEgressGuard) {
  source_ = UrlSource::kPeer;
  const CallOutcome got = call(imposter_.url());
  EXPECT_EQ(ErrorCode::kPermissionDenied, got.error->code);
  EXPECT_EQ(FailurePhase::kNotSent, got.phase);
  EXPECT_EQ(0, imposter_.accepted_count());
}

TEST_F(HttpClientTest, AsksTheEgressGuardForTheAddressesOfAName) {
  // A name that leads to this machine, which no check of the URL can know.
  source_ = UrlSource::kPeer;
  const CallOutcome got = call("https://localhost:" + std::to_string(imposter_.port()) + "/");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kPermissionDenied, got.error->code);
  EXPECT_NE(std::string::npos, got.error->message.find("an address of this machine")) << got.error->message;
  EXPECT_EQ(0, imposter_.accepted_count());
}

TEST_F(HttpClientTest, DoesNotLendAConnectionToWhoMayNotMakeIt) {
  imposter_.when_anything().reply(testing::json("{}"));
  EXPECT_EQ(200, call(imposter_.url()).status);
  source_ = UrlSource::kPeer;
  EXPECT_EQ(ErrorCode::kPermissionDenied, call(imposter_.url()).error->code);
  source_ = UrlSource::kLoopbackPeer;
  EXPECT_EQ(200, call(imposter_.url()).status);
  EXPECT_EQ(2, imposter_.accepted_count());
  EXPECT_EQ(2u, client().idle_count());
}

TEST_F(HttpClientTest, FindsOutWhereAServerIs) {
  for (const auto& [server, source] :
       std::vector<std::pair<std::string, UrlSource>>{{"http://127.0.0.1:9000/mcp", UrlSource::kLoopbackPeer},
                                                      {"http://LocalHost./", UrlSource::kLoopbackPeer},
                                                      {"http://[::1]/", UrlSource::kLoopbackPeer},
                                                      {"http://10.0.0.1/", UrlSource::kPrivatePeer},
                                                      {"https://8.8.8.8/", UrlSource::kPeer},
                                                      {"http://169.254.1.1/", UrlSource::kPeer},
                                                      {"https://no-such-host.invalid/", UrlSource::kPeer}})
    EXPECT_EQ(source, source_of(server)) << server;
}

}  // namespace
}  // namespace jungle::http

#include "downstream/testing/endpoint_test.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace jungle::downstream::testing {
namespace {

void collect(EndpointTestStream& stream, std::string_view bytes) {
  stream.reader.feed(bytes);
  for (;;) {
    const auto event = stream.reader.next();
    if (!event || !*event) return;
    stream.ids.emplace_back((*event)->id);
    if (!(*event)->data.empty()) stream.messages.emplace_back((*event)->data);
  }
}

}  // namespace

// `/mcp`, `/mcp/{server}`, `/sse` and `/message`, as the application routes them.
class EndpointTest::Adapter final : public http::Handler {
 public:
  explicit Adapter(McpEndpoint& endpoint) : endpoint_(endpoint) {}
  Task<void> handle(http::Exchange& exchange) override {
    const std::string_view path = exchange.path();
    if (path == "/sse") co_return co_await endpoint_.handle_sse(exchange);
    if (path == "/message") co_return co_await endpoint_.handle_message(exchange);
    const std::string_view scope = path.size() > 5 ? path.substr(5) : std::string_view();
    co_await endpoint_.handle(exchange, scope);
  }

 private:
  McpEndpoint& endpoint_;
};

EndpointTest::EndpointTest()
    : adapter_(std::make_unique<Adapter>(endpoint_)), tls_(http::TlsContext::create({}).value()) {
  server_ = std::make_unique<http::Server>(context_.get_executor(), time_, deadlines_, log_, *adapter_,
                                           http::ServerOptions{});
  client_ = std::make_unique<http::Client>(context_.get_executor(), deadlines_, log_, blocking_, *tls_,
                                           http::ClientOptions{});
  base_ = "http://127.0.0.1:" + std::to_string(server_->listen("127.0.0.1", 0).value().port);
  server_->start();
  tasks_.spawn(deadlines_.run_sweeps());
  service_.reply(
      "server/discover",
      R"({"resultType":"complete","capabilities":{"tools":{}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"gw"}}})");
}

EndpointTest::~EndpointTest() {
  bool done = false;
  const auto stop = [](EndpointTest& test, bool& stopped) -> Task<void> {
    co_await test.client_->stop();
    co_await test.server_->stop(test.time_.steady_now());
    co_await test.endpoint_.stop();
    test.tasks_.cancel();
    co_await test.tasks_.join();
    stopped = true;
  };
  asio::co_spawn(context_, stop(*this, done), [](std::exception_ptr) {});
  service_.release();
  run_until([&] { return done; });
}

void EndpointTest::run_until(const std::function<bool()>& done) {
  constexpr auto kPatience = std::chrono::seconds(20);  // Real time: only a stuck test comes near it.
  while (!done()) {
    context_.restart();
    ASSERT_GT(context_.run_one_for(kPatience), 0u) << "nothing happens any more";
  }
}

void EndpointTest::pass_time(Millis by) { time_.advance(by); }

void EndpointTest::pass_time_until(const std::function<bool()>& done) {
  constexpr int kTicksMax = 100'000;  // The sockets are ready at once; this bounds a test that is stuck.
  for (int i = 0; i < kTicksMax && !done(); ++i)
    pass_time(DeadlineList::kTick);
  EXPECT_TRUE(done());
}

void EndpointTest::stop_server(Seconds patience) {
  asio::co_spawn(context_, server_->stop(time_.steady_now() + patience),
                 [](std::exception_ptr error) { EXPECT_FALSE(error); });
}

Task<Result<http::ClientResponse>> EndpointTest::request(const std::string& method, const std::string& path,
                                                         const std::string& body, const Headers& headers) {
  const auto url = http::Url::parse(base_ + path);
  std::vector<http::Header> sent;
  for (const auto& [name, value] : headers)
    sent.push_back(http::Header{name, value});
  const std::string_view piece = body;
  const std::span<const std::string_view> pieces(&piece, body.empty() ? 0 : 1);
  const http::ClientRequest request{.url = *url, .method = method, .headers = sent, .body_pieces = pieces};
  co_return co_await client_->send(request);
}

Task<void> EndpointTest::exchange(std::string method, std::string path, std::string body, Headers headers,
                                  std::optional<Answer>& got) {
  auto response = co_await request(method, path, body, headers);
  Answer answer;
  if (response) {
    answer.status = response->status();
    answer.content_type = response->content_type();
    answer.session_id = response->header("mcp-session-id").value_or("");
    auto text = co_await response->read_body(1 << 20);
    answer.body = text ? *text : "! " + text.error().message;
  } else {
    answer.body = "! " + response.error().message;
  }
  got = std::move(answer);
}

Answer EndpointTest::send(std::string_view method, std::string_view path, const std::string& body, Headers headers) {
  std::optional<Answer> got;
  asio::co_spawn(context_, exchange(std::string(method), std::string(path), body, std::move(headers), got),
                 [](std::exception_ptr error) { EXPECT_FALSE(error); });
  run_until([&] { return got.has_value(); });
  return got.value_or(Answer{});
}

Answer EndpointTest::post(const std::string& body, Headers headers) {
  headers.insert(headers.begin(),
                 {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}});
  return send("POST", "/mcp", body, std::move(headers));
}

std::string EndpointTest::initialize(std::string_view revision, std::string_view capabilities) {
  const Answer answer =
      post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + std::string(revision) +
           R"(","capabilities":)" + std::string(capabilities) + R"(,"clientInfo":{"name":"c","version":"1"}}})");
  EXPECT_EQ(200, answer.status) << answer.body;
  return answer.session_id;
}

Task<void> EndpointTest::open_stream(std::string method, std::string path, std::string body, Headers headers,
                                     std::shared_ptr<Stream> stream) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto response = co_await request(method, path, body, headers);
  if (response) stream->response.emplace(std::move(*response));
  stream->ended = !response.has_value();
}

std::shared_ptr<EndpointTest::Stream> EndpointTest::open_later(std::string_view method, std::string_view path,
                                                               std::string body, Headers headers) {
  auto stream = std::make_shared<Stream>();
  headers.emplace_back("Accept", "application/json, text/event-stream");
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto task = open_stream(std::string(method), std::string(path), std::move(body), std::move(headers), stream);
  asio::co_spawn(
      context_, std::move(task),
      asio::bind_cancellation_slot(stream->stop.slot(), [](std::exception_ptr error) { EXPECT_FALSE(error); }));
  return stream;
}

std::shared_ptr<EndpointTest::Stream> EndpointTest::open(std::string_view method, std::string_view path,
                                                         std::string body, Headers headers) {
  auto stream = open_later(method, path, std::move(body), std::move(headers));
  run_until([&] { return stream->response.has_value() || stream->ended; });
  return stream;
}

void EndpointTest::drop(Stream& stream) {
  stream.stop.emit(asio::cancellation_type::terminal);
  run_until([&] { return stream.ended; });
}

Task<void> EndpointTest::read_some(Stream& stream, std::size_t messages, std::size_t ids, bool& done) {
  while (stream.messages.size() < messages && stream.ids.size() < ids && !stream.ended) {
    const auto bytes = co_await stream.response->read_some();
    if (!bytes || bytes->empty()) {
      stream.ended = true;
      break;
    }
    collect(stream, *bytes);
  }
  done = true;
}

void EndpointTest::read_messages(Stream& stream, std::size_t count) {
  bool done = false;
  asio::co_spawn(context_, read_some(stream, count, SIZE_MAX, done),
                 [](std::exception_ptr error) { EXPECT_FALSE(error); });
  run_until([&] { return done; });
}

void EndpointTest::read_ids(Stream& stream, std::size_t count) {
  bool done = false;
  asio::co_spawn(context_, read_some(stream, SIZE_MAX, count, done),
                 [](std::exception_ptr error) { EXPECT_FALSE(error); });
  run_until([&] { return done; });
}

}  // namespace jungle::downstream::testing

// A server to measure src/http with: `http_echo <port> <workers> [upstream-url]`.
//
// Without an upstream it answers every request with a fixed JSON body; with one it forwards the request's body there
// and the answer back, which is what a reverse proxy does. bench/http_compare runs it beside nginx.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/deadline_list.h"
#include "base/task_group.h"
#include "base/time.h"
#include "http/client.h"
#include "http/server.h"
#include "http/tls.h"
#include "telemetry/log.h"

namespace jungle::http {
namespace {

constexpr std::string_view kAnswer =
    R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}]}})";
constexpr std::string_view kJson = "application/json";
constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;

class FixedAnswer final : public Handler {
 public:
  Task<void> handle(Exchange& exchange) override {
    auto sent = co_await exchange.respond(200, kJson, kAnswer);
    (void)sent;
  }
};

class Forwarder final : public Handler {
 public:
  Forwarder(Client& client, DeadlineList& deadlines, const Url& upstream)
      : client_(client), deadlines_(deadlines), upstream_(upstream) {}

  Task<void> handle(Exchange& exchange) override {
    const std::string_view pieces[] = {exchange.body()};
    ClientRequest request{upstream_};
    request.fixed_headers = "Content-Type: application/json\r\nAccept: application/json\r\n";
    request.body_pieces = pieces;
    request.deadline = deadlines_.coarse_now() + Seconds(30);
    auto answer = co_await client_.send(request);
    if (!answer) {
      auto sent = co_await exchange.respond(502, "text/plain", answer.error().message);
      (void)sent;
      co_return;
    }
    auto body = co_await answer->read_body(kAnswerBytesMax);
    const std::string_view text = body ? std::string_view(*body) : std::string_view();
    auto sent = co_await exchange.respond(body ? answer->status() : 502, kJson, text);
    (void)sent;
  }

 private:
  Client& client_;
  DeadlineList& deadlines_;
  const Url& upstream_;
};

void run_worker(std::uint16_t port, std::optional<Url> upstream, TlsContext& tls) {
  asio::io_context context(1);
  asio::thread_pool blocking(1);
  RealTime time;
  telemetry::NullLog log;
  DeadlineList deadlines(time);
  TaskGroup group(context.get_executor(), [](std::exception_ptr) { std::abort(); });
  group.spawn(deadlines.run_sweeps());
  Client client(context.get_executor(), deadlines, log, blocking, tls, ClientOptions());
  FixedAnswer fixed;
  std::unique_ptr<Handler> forwarder;
  if (upstream) forwarder = std::make_unique<Forwarder>(client, deadlines, *upstream);
  Handler& handler = forwarder ? *forwarder : static_cast<Handler&>(fixed);
  Server server(context.get_executor(), time, deadlines, log, handler, ServerOptions());
  if (auto bound = server.listen("127.0.0.1", port, Sharing::kSibling); !bound) {
    std::fprintf(stderr, "%s\n", bound.error().message.c_str());
    std::exit(1);
  }
  server.start();
  context.run();
}

}  // namespace
}  // namespace jungle::http

int main(int argc, char** argv) {
  using namespace jungle::http;
  if (argc < 3) {
    std::fprintf(stderr, "usage: http_echo <port> <workers> [upstream-url]\n");
    return 2;
  }
  std::optional<Url> upstream;
  if (argc > 3) {
    auto parsed = Url::parse(argv[3]);
    if (!parsed) {
      std::fprintf(stderr, "%s\n", parsed.error().message.c_str());
      return 2;
    }
    upstream = *parsed;
  }
  auto tls = TlsContext::create(TlsOptions());
  if (!tls) return 1;
  std::vector<std::thread> workers;
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    workers.emplace_back([&] { run_worker(static_cast<std::uint16_t>(std::atoi(argv[1])), upstream, *tls); });
  for (std::thread& worker : workers)
    worker.join();
  return 0;
}

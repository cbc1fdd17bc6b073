#include "cli/live_http_exchange.h"

#include <array>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/deadline_list.h"
#include "base/task_group.h"
#include "http/client.h"
#include "http/tls.h"

namespace jungle::cli {
namespace {

// The client's error in the words that scripts know from Go.
Error in_known_words(Error error, const http::Url& url) {
  if (error.detail == "Connection refused") {
    error.message = "dial tcp " + url.host() + ":" + std::to_string(url.port()) + ": connect: connection refused";
  }
  return error;
}

}  // namespace

struct LiveHttpExchange::Engine {
  Engine(Time& time, telemetry::Log& log, http::TlsContext tls_context)
      : tls(std::move(tls_context)),
        deadlines(time),
        background(context.get_executor(), [](std::exception_ptr e) { std::rethrow_exception(e); }),
        client(context.get_executor(), deadlines, log, blocking, tls, http::ClientOptions{}) {
    background.spawn(deadlines.run_sweeps());
  }

  // Drops kept connections that ended, or grew too old, since the last run. A person may have taken minutes: what the
  // gateway has closed by now, or is about to, must not carry the next request.
  void catch_up() {
    deadlines.sweep();
    context.restart();
    context.poll();
  }

  // Runs `task` to its end; what is in the background moves on meanwhile.
  void run(Task<void> task) {
    bool is_done = false;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr e) {
      is_done = true;
      if (e) std::rethrow_exception(e);
    });
    while (!is_done)
      context.run_one();
  }

  Task<void> stop() {
    co_await client.stop();
    background.cancel();
    co_await background.join();
  }

  asio::io_context context{1};
  asio::thread_pool blocking{1};
  http::TlsContext tls;
  DeadlineList deadlines;
  TaskGroup background;
  http::Client client;
};

namespace {

Task<void> exchange(http::Client& client, const http::ClientRequest& request, std::optional<Result<HttpAnswer>>& out) {
  auto response = co_await client.send(request);
  if (!response) {
    out = in_known_words(response.error(), request.url);
    co_return;
  }
  auto body = co_await response->read_body(kAnswerBytesMax);
  if (body) {
    out = HttpAnswer{response->status(), std::move(*body)};
  } else {
    out = in_known_words(body.error(), request.url);
  }
}

}  // namespace

LiveHttpExchange::LiveHttpExchange(Time& time, telemetry::Log& log) : time_(time), log_(log) {}

LiveHttpExchange::~LiveHttpExchange() {
  if (engine_) engine_->run(engine_->stop());
}

Result<HttpAnswer> LiveHttpExchange::send(const HttpCall& call) {
  const auto url = http::Url::parse(call.url);
  if (!url) return url.error();
  if (!engine_) {
    auto tls = http::TlsContext::create({});
    if (!tls) return tls.error();
    engine_ = std::make_unique<Engine>(time_, log_, std::move(*tls));
  }
  const std::string authorization = "Bearer " + call.token.reveal();
  std::vector<http::Header> headers{{"Accept", "application/json"}};
  if (call.method != "GET") headers.push_back({"Content-Type", "application/json"});
  if (!call.token.empty()) headers.push_back({"Authorization", authorization});
  const std::array<std::string_view, 1> pieces{call.body};
  const http::ClientRequest request{.url = *url,
                                    .method = call.method,
                                    .fixed_headers = {},
                                    .headers = headers,
                                    .body_pieces = pieces,
                                    .deadline = time_.steady_now() + call.time_limit,
                                    .failure_phase = nullptr};
  std::optional<Result<HttpAnswer>> answer;
  engine_->catch_up();
  engine_->run(exchange(engine_->client, request, answer));
  return std::move(*answer);
}

}  // namespace jungle::cli

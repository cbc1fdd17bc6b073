// The REST API behind a real server, with its control plane on another thread.
#include <functional>
#include <future>
#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "admin/admin_api.h"
#include "admin/testing/scripted_discoverer.h"
#include "base/deadline_list.h"
#include "base/task_group.h"
#include "base/testing/fake_random.h"
#include "catalog/testing/memory_repository.h"
#include "catalog/testing/samples.h"
#include "http/server.h"
#include "mcp/testing/scripted_service.h"
#include "oauth/testing/memory_repository.h"
#include "oauth/testing/scripted_fetcher.h"
#include "oauth/token_manager.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::admin {
namespace {

using tcp = asio::ip::tcp;

class LiveTest : public ::testing::Test {
 protected:
  // A context with a thread of its own that ends when the last work is done.
  struct Thread {
    asio::io_context context{1};
    std::optional<asio::executor_work_guard<Executor>> guard{context.get_executor()};
    std::thread thread{[this] { context.run(); }};
    Thread() = default;
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() { end(); }
    void end() {
      guard.reset();
      if (thread.joinable()) thread.join();
    }
    // Runs `work` on the thread and waits for it.
    void run(const std::function<void()>& work) {
      std::promise<void> done;
      asio::post(context, [&] {
        work();
        done.set_value();
      });
      done.get_future().wait();
    }
  };

  // What lives on the worker.
  struct Worker {
    explicit Worker(LiveTest& test)
        : deadlines(test.time_),
          background(test.worker_.context.get_executor(), nullptr),
          gateway(test.worker_.context.get_executor()),
          api(test.control_plane_, gateway, test.time_, random, test.log_, test.options_),
          server(test.worker_.context.get_executor(), test.time_, deadlines, test.log_, api, http::ServerOptions()) {
      background.spawn(deadlines.run_sweeps());
      const auto endpoint = server.listen("127.0.0.1", 0);
      EXPECT_TRUE(endpoint.has_value());
      test.port_ = endpoint->port;
      server.start();
    }
    DeadlineList deadlines;
    TaskGroup background;
    jungle::testing::FakeRandom random;
    mcp::testing::ScriptedService gateway;
    AdminApi api;
    http::Server server;
  };

  void start(AdminOptions options) {
    options_ = std::move(options);
    worker_.run([this] { live_.emplace(*this); });
  }
  void SetUp() override { start({}); }
  void TearDown() override {
    stop();
    worker_.run([this] { live_.reset(); });
    worker_.end();
    control_.end();
  }

  static Task<void> run_stop(Worker& worker, SteadyTime force_at) {
    co_await worker.server.stop(force_at);
    worker.background.cancel();
    co_await worker.background.join();
  }
  void stop() {
    std::promise<void> stopped;
    asio::co_spawn(worker_.context, run_stop(*live_, time_.steady_now()),
                   [&](std::exception_ptr) { stopped.set_value(); });
    stopped.get_future().wait();
  }

  tcp::socket connected() {
    tcp::socket socket(client_);
    socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    return socket;
  }
  static std::string rest_of(tcp::socket& socket) {
    std::string answer;
    boost::system::error_code ec;
    asio::read(socket, asio::dynamic_buffer(answer), ec);
    return answer;
  }
  static std::string raw(const std::string& line, const std::string& headers, const std::string& body) {
    return line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string exchange(const std::string& line, const std::string& headers = {}, const std::string& body = {}) {
    tcp::socket socket = connected();
    asio::write(socket, asio::buffer(raw(line, headers, body)));
    return rest_of(socket);
  }
  void wait_until(const std::function<bool()>& condition) {
    for (bool is_true = false; !is_true;)
      worker_.run([&] { is_true = condition(); });
  }

  RealTime time_;
  telemetry::testing::RecordingLog log_;
  asio::io_context client_;
  Thread control_;
  Thread worker_;
  catalog::testing::MemoryRepository repository_;
  catalog::Catalog catalog_{control_.context.get_executor(), repository_, log_};
  testing::ScriptedDiscoverer discoverer_{control_.context.get_executor()};
  jungle::testing::FakeRandom random_;
  oauth::testing::ScriptedFetcher fetcher_{control_.context.get_executor()};
  oauth::testing::MemoryRepository grants_;
  oauth::Discovery authorization_servers_{fetcher_, time_, log_, oauth::ProviderProfiles()};
  oauth::EndpointFinder endpoints_{authorization_servers_, [](const auto&) { return std::nullopt; }};
  oauth::TokenManager tokens_{control_.context.get_executor(), time_, random_, log_, grants_, fetcher_, endpoints_};
  oauth::AuthorizationFlow flow_{fetcher_, time_, random_, grants_, oauth::ClientOptions()};
  Registrar registrar_{catalog_, discoverer_, authorization_servers_, flow_, grants_, tokens_, log_};
  upstream::HealthBoard health_{time_, random_, log_};
  upstream::Relister relister_{control_.context.get_executor(), time_, log_};
  ControlPlane control_plane_{
      control_.context.get_executor(), catalog_, repository_, registrar_, relister_, health_, log_};
  AdminOptions options_;
  std::uint16_t port_ = 0;
  std::optional<Worker> live_;
};

constexpr const char* kJson = "Content-Type: application/json\r\n";
constexpr const char* kRegister = R"({"name":"up","transport":"streamable_http","url":"http://127.0.0.1:1/mcp"})";
constexpr const char* kInvoke = R"({"name":"up__echo","message":"hi"})";

TEST_F(LiveTest, AnswersOverHttp) {
  const std::string answer = exchange("GET /health");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(std::string::npos, answer.find("Content-Type: application/json; charset=utf-8\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"status\":\"ok\"}")) << answer;
}

TEST_F(LiveTest, RedirectsOverHttp) {
  const std::string answer = exchange("GET /api/v0/tools/?a=b");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 301 ")) << answer;
  EXPECT_NE(std::string::npos, answer.find("Location: /api/v0/tools?a=b\r\n")) << answer;
}

TEST_F(LiveTest, RefusesAFormOfAWebPage) {
  const std::string answer =
      exchange("POST /api/v0/servers", "Content-Type: application/x-www-form-urlencoded\r\n", kRegister);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 415 ")) << answer;
}

TEST_F(LiveTest, RegistersAndInvokesAcrossThreads) {
  discoverer_.find("up", catalog::testing::small_discovery());
  worker_.run([this] { live_->gateway.reply("tools/call", R"({"content":[]})"); });
  EXPECT_TRUE(exchange("POST /api/v0/servers", kJson, kRegister).starts_with("HTTP/1.1 201 "));
  const std::string answer = exchange("POST /api/v0/tools/invoke", kJson, kInvoke);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_TRUE(exchange("GET /ready").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(exchange("DELETE /api/v0/servers/up").starts_with("HTTP/1.1 204 "));
}

TEST_F(LiveTest, AClientThatHangsUpCancelsItsCall) {
  discoverer_.find("up", catalog::testing::small_discovery());
  worker_.run([this] {
    live_->gateway.reply("tools/call", "{}");
    live_->gateway.hold();
  });
  ASSERT_TRUE(exchange("POST /api/v0/servers", kJson, kRegister).starts_with("HTTP/1.1 201 "));
  {
    tcp::socket socket = connected();
    asio::write(socket, asio::buffer(raw("POST /api/v0/tools/invoke", kJson, kInvoke)));
    wait_until([this] { return live_->gateway.waiting() == 1; });
  }
  wait_until([this] { return live_->gateway.cancelled() == 1; });
}

TEST_F(LiveTest, AClientThatHangsUpEndsItsRegistration) {
  discoverer_.hold();
  {
    tcp::socket socket = connected();
    asio::write(socket, asio::buffer(raw("POST /api/v0/servers", kJson, kRegister)));
    bool asked = false;
    while (!asked)
      control_.run([&] { asked = !discoverer_.asked().empty(); });
  }
  bool cancelled = false;
  while (!cancelled)
    control_.run([&] { cancelled = discoverer_.cancelled() == 1; });
  control_.run([this] {
    discoverer_.find("up", catalog::testing::small_discovery());
    discoverer_.release();
  });
  EXPECT_TRUE(exchange("POST /api/v0/servers", kJson, kRegister).starts_with("HTTP/1.1 201 "));
}

TEST_F(LiveTest, EndsWhatTakesLongerThanItsCap) {
  stop();
  worker_.run([this] { live_.reset(); });
  AdminOptions options;
  options.request_time_max = Seconds(0);
  start(options);
  control_.run([this] { discoverer_.hold(); });
  const std::string answer = exchange("POST /api/v0/servers", kJson, kRegister);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 504 ")) << answer;
  EXPECT_NE(std::string::npos, answer.find("the request took longer than 0 seconds")) << answer;
}

TEST_F(LiveTest, SaysThatItIsShuttingDown) {
  control_.run([this] { discoverer_.hold(); });
  tcp::socket socket = connected();
  asio::write(socket, asio::buffer(raw("POST /api/v0/servers", kJson, kRegister)));
  bool asked = false;
  while (!asked)
    control_.run([&] { asked = !discoverer_.asked().empty(); });
  stop();
  const std::string answer = rest_of(socket);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  worker_.run([this] { live_.reset(); });
  start({});
}

}  // namespace
}  // namespace jungle::admin

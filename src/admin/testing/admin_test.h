// The REST API on fakes, without a connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "admin/admin_api.h"
#include "admin/testing/scripted_discoverer.h"
#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "catalog/catalog.h"
#include "catalog/testing/memory_repository.h"
#include "mcp/testing/scripted_service.h"
#include "oauth/testing/memory_repository.h"
#include "oauth/testing/scripted_fetcher.h"
#include "oauth/token_manager.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::admin::testing {

// Everything below the REST API in memory, control and worker on one executor. Requests answer at once, unless a test
// holds the discoverer or the gateway.
class AdminTest : public jungle::testing::CoroTest {
 protected:
  AdminTest() {
    make_api("0.4.2");
    relister_.use([this](catalog::ServerName name) { return registrar_.relist(std::move(name)); });
  }
  void TearDown() override {
    run(relister_.stop());
    run(tokens_.stop());
  }

  void make_api(std::string version) {
    AdminOptions options;
    options.version = std::move(version);
    api_ = std::make_unique<AdminApi>(control_, gateway_, time_, random_, log_, std::move(options));
  }

  static RestRequest request(std::string_view method, std::string_view target, std::string body = {}) {
    RestRequest made;
    made.method = method;
    made.path = target.substr(0, target.find('?'));
    if (made.path.size() < target.size()) made.query = target.substr(made.path.size() + 1);
    if (!body.empty()) made.content_type = "application/json";
    made.body = std::move(body);
    return made;
  }

  RestAnswer send(RestRequest request) {
    RestAnswer answer;
    run(keep(std::move(request), answer));
    return answer;
  }
  RestAnswer send(std::string_view method, std::string_view target, std::string body = {}) {
    return send(request(method, target, std::move(body)));
  }
  RestAnswer get(std::string_view target) { return send("GET", target); }
  RestAnswer post(std::string_view target, std::string body = {}) { return send("POST", target, std::move(body)); }

  // Registers an HTTP server that offers `discovery`.
  void register_server(const std::string& name, catalog::Discovery discovery) {
    discoverer_.find(name, std::move(discovery));
    const RestAnswer answer = post("/api/v0/servers", http_input(name));
    ASSERT_EQ(201, answer.status) << answer.body;
  }
  static std::string http_input(const std::string& name) {
    return R"({"name":")" + name + R"(","transport":"streamable_http","url":"http://127.0.0.1:18901/mcp"})";
  }

  Task<void> keep(RestRequest request, RestAnswer& answer) { answer = co_await api_->answer(std::move(request)); }

  telemetry::testing::RecordingLog log_;
  jungle::testing::FakeRandom random_;
  catalog::testing::MemoryRepository repository_;
  catalog::Catalog catalog_{context_.get_executor(), repository_, log_};
  ScriptedDiscoverer discoverer_{context_.get_executor()};
  oauth::testing::ScriptedFetcher fetcher_{context_.get_executor()};  // Knows no server: nothing advertises OAuth.
  oauth::testing::MemoryRepository grants_;
  oauth::Discovery authorization_servers_{fetcher_, time_, log_, oauth::ProviderProfiles()};
  oauth::EndpointFinder endpoints_{authorization_servers_, [](const auto&) { return std::nullopt; }};
  oauth::TokenManager tokens_{context_.get_executor(), time_, random_, log_, grants_, fetcher_, endpoints_};
  oauth::AuthorizationFlow flow_{fetcher_, time_, random_, grants_, oauth::ClientOptions()};
  Registrar registrar_{catalog_, discoverer_, authorization_servers_, flow_, grants_, tokens_, log_};
  upstream::HealthBoard health_{time_, random_, log_};
  upstream::Relister relister_{context_.get_executor(), time_, log_};
  ControlPlane control_{context_.get_executor(), catalog_, repository_, registrar_, relister_, health_, log_};
  mcp::testing::ScriptedService gateway_{context_.get_executor()};
  std::unique_ptr<AdminApi> api_;
};

}  // namespace jungle::admin::testing

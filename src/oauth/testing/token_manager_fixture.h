// A TokenManager on scripted servers and fake time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "oauth/limits.h"
#include "oauth/testing/memory_repository.h"
#include "oauth/testing/scripted_fetcher.h"
#include "oauth/token_manager.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::oauth::testing {

inline const std::string kToken = "POST https://as.example/token";
inline const catalog::ServerName kServer("mcp");

// The answer of a token endpoint.
inline std::string tokens(const std::string& access, const std::string& refresh, int expires_in = 3600) {
  return "{\"access_token\":\"" + access + "\",\"token_type\":\"Bearer\",\"refresh_token\":\"" + refresh +
         "\",\"expires_in\":" + std::to_string(expires_in) + "}";
}

class TokenManagerTest : public jungle::testing::CoroTest {
 protected:
  using Answers = std::vector<std::optional<Result<AccessTokenPtr>>>;

  TokenManagerTest() { manager_ = make(); }
  ~TokenManagerTest() override {
    for (auto* manager : {&manager_, &other_}) {
      if (*manager) stop(**manager);
    }
  }

  std::unique_ptr<TokenManager> make() {
    return std::make_unique<TokenManager>(context_.get_executor(), time_, random_, log_, repository_, fetcher_,
                                          finder_);
  }
  void stop(TokenManager& manager) {
    stops_.spawn(manager.stop());
    time_.run_ready();
    time_.advance(kLastRenewalTime + Seconds(1));
  }
  template <typename T>
  static Task<void> keep(Task<T> work, std::optional<T>& out) {
    auto value = co_await std::move(work);
    out.emplace(std::move(value));
  }
  template <typename T>
  T wait(Task<T> work) {
    std::optional<T> out;
    run(keep(std::move(work), out));
    return std::move(*out);
  }

  // A grant that lives for `life`, as stored.
  Grant grant(std::optional<Seconds> life = Seconds(3600)) {
    Grant grant;
    grant.server = kServer;
    grant.server_url = "https://mcp.example/mcp";
    grant.issuer = Issuer("https://as.example");
    grant.token_endpoint = "https://as.example/token";
    grant.client.id = "cid";
    grant.resource = "https://mcp.example/mcp";
    grant.tokens.access_token = Secret("a1");
    grant.tokens.refresh_token = Secret("r1");
    if (life) grant.tokens.expires_at = time_.system_now() + *life;
    return grant;
  }
  void load_other() {
    ASSERT_TRUE(wait(other_->load([](const catalog::ServerName&) { return true; })));
  }
  void start_with(Grant grant) { ASSERT_TRUE(wait(manager_->accept(std::move(grant)))); }
  Grant stored() { return *wait(repository_.find_grant(kServer)).value(); }

  AccessTokenPtr current(TokenManager& manager) { return manager.source_of(kServer)->published().load(); }
  AccessTokenPtr current() { return current(*manager_); }
  // Asks for another token than the current one, many times at once, without waiting.
  void ask(TokenManager& manager, Answers& answers) {
    const auto stale = current(manager);
    for (auto& answer : answers)
      asks_.spawn(keep(manager.source_of(kServer)->renew(stale, context_.get_executor()), answer));
    time_.run_ready();
  }
  Result<AccessTokenPtr> renew() {
    Answers answer(1);
    ask(*manager_, answer);
    EXPECT_TRUE(answer[0].has_value()) << "it waits";
    if (!answer[0]) return Error{};
    return std::move(*answer[0]);
  }
  std::size_t requests() const { return fetcher_.count(kToken); }

  telemetry::testing::RecordingLog log_;
  jungle::testing::FakeRandom random_;
  MemoryRepository repository_;
  ScriptedFetcher fetcher_{context_.get_executor()};
  Discovery discovery_{fetcher_, time_, log_, ProviderProfiles()};
  std::optional<catalog::ServerSpec> registered_;
  EndpointFinder finder_{discovery_, [this](const catalog::ServerName&) { return registered_; }};
  TaskGroup asks_{context_.get_executor(), [](std::exception_ptr) {}};
  TaskGroup stops_{context_.get_executor(), [](std::exception_ptr) {}};
  std::unique_ptr<TokenManager> manager_;
  std::unique_ptr<TokenManager> other_;
};

}  // namespace jungle::oauth::testing

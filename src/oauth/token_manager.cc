#include "oauth/token_manager.h"

#include <utility>

#include "base/join_by.h"
#include "crypto/random_token.h"
#include "oauth/limits.h"
#include "oauth/revocation.h"

namespace jungle::oauth {

namespace {

TaskGroup::OnError log_bug(telemetry::Log& log) {
  return [&log](std::exception_ptr) { log.error("an exception left a task that renews tokens"); };
}

}  // namespace

TokenManager::TokenManager(Executor control, Time& time, Random& random, telemetry::Log& log, Repository& repository,
                           Fetcher& fetcher, EndpointFinder& finder)
    : renewals_(control, log_bug(log)),
      waits_(control, log_bug(log)),
      tools_{control,    time,
             random,     log,
             repository, TokenEndpoint(fetcher, time, random),
             finder,     crypto::random_token(random),
             renewals_,  waits_},
      fetcher_(fetcher) {}

TokenManager::~TokenManager() = default;

std::shared_ptr<GrantKeeper> TokenManager::keeper_of(const catalog::ServerName& server) {
  return keepers_.with([&](auto& keepers) {
    auto& keeper = keepers[server];
    if (!keeper) keeper = std::make_shared<GrantKeeper>(tools_, server);
    return keeper;
  });
}

std::shared_ptr<TokenSource> TokenManager::source_of(const catalog::ServerName& server) { return keeper_of(server); }

Task<Result<void>> TokenManager::load(IsRegistered is_registered) {
  auto loaded = co_await tools_.repository.load_grants();
  if (!loaded) co_return loaded.error();
  for (const std::string& warning : loaded->warnings)
    tools_.log.warn("a stored OAuth grant cannot be read: authorize its server again", {{"why", warning}});
  for (Grant& grant : loaded->grants) {
    if (is_registered(grant.server)) {
      keeper_of(grant.server)->adopt(std::move(grant));
    } else {
      co_await remove_lost(grant.server);
    }
  }
  co_return Result<void>();
}

Task<void> TokenManager::remove_lost(catalog::ServerName server) {
  auto removed = co_await tools_.repository.remove_grant(server);
  tools_.log.info("removed the OAuth grant of a server that is not registered",
                  {{"server", server.str()}, {"removed", removed.has_value()}});
}

Task<Result<void>> TokenManager::accept(Grant grant) {
  const auto keeper = keeper_of(grant.server);
  auto stored = co_await tools_.repository.store_grant(std::move(grant));
  if (!stored) co_return stored.error();
  keeper->adopt(std::move(*stored));
  co_return Result<void>();
}

Task<Result<void>> TokenManager::drop(catalog::ServerName server) {
  auto removed = co_await tools_.repository.remove_grant(server);
  if (removed) forget(server);
  co_return removed;
}

void TokenManager::forget(const catalog::ServerName& server) {
  const auto keeper = keeper_of(server);
  auto grant = keeper->grant();
  keeper->adopt(std::nullopt);
  if (grant && !grant->revocation_endpoint.empty()) renewals_.spawn(run_revoke(std::move(*grant)));
}

Task<void> TokenManager::run_revoke(Grant grant) {
  auto revoked = co_await revoke(fetcher_, tools_.time, tools_.random, grant);
  if (revoked) {
    tools_.log.info("a grant was revoked", {{"server", grant.server.str()}});
  } else {
    tools_.log.warn("a grant could not be revoked", {{"server", grant.server.str()}, {"why", revoked.error().message}});
  }
}

Task<void> TokenManager::stop() {
  keepers_.with([](auto& keepers) {
    for (auto& [server, keeper] : keepers)
      keeper->close();
  });
  waits_.cancel();
  co_await waits_.join();
  co_await join_by(renewals_, tools_.time, tools_.time.steady_now() + kLastRenewalTime);
}

}  // namespace jungle::oauth

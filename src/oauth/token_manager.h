// The grants of all servers, kept alive.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "oauth/endpoint_finder.h"
#include "oauth/fetcher.h"
#include "oauth/grant.h"
#include "oauth/grant_keeper.h"
#include "oauth/repository.h"
#include "oauth/token_endpoint.h"
#include "oauth/token_source.h"
#include "telemetry/log.h"

namespace jungle::oauth {

// One GrantKeeper per server that was ever asked for. What is stored is the truth: a grant is written before anything
// of it is used, and other processes on the same database are heard at the next look.
//
// One per process, owned by the application; outlives whoever holds a source. Lives on the control executor;
// source_of() may be called from any thread.
class TokenManager final : public TokenDirectory {
 public:
  // All of it outlives the manager.
  TokenManager(Executor control, Time& time, Random& random, telemetry::Log& log, Repository& repository,
               Fetcher& fetcher, EndpointFinder& finder);
  TokenManager(const TokenManager&) = delete;
  TokenManager& operator=(const TokenManager&) = delete;
  ~TokenManager() override;  // REQUIRES: stop() has returned.

  using IsRegistered = std::function<bool(const catalog::ServerName&)>;
  // Reads what is stored: at the start, before calls are made. Rows that cannot be read are logged; grants of servers
  // that are not registered, left by a process that died between storing the two, are removed.
  Task<Result<void>> load(IsRegistered is_registered);

  std::shared_ptr<TokenSource> source_of(const catalog::ServerName& server) override;

  // Stores a grant that a person has just approved, in the place of the one of its server, and uses it from now on.
  Task<Result<void>> accept(Grant grant);
  // Removes the grant of a server, if it has one: it needs none any more.
  Task<Result<void>> drop(catalog::ServerName server);
  // The server is gone from the database, and its grant with it.
  void forget(const catalog::ServerName& server);

  // Whoever waits for a renewal fails. One that is under way gets kLastRenewalTime, since its answer may be the only
  // copy of a new refresh token.
  Task<void> stop();

 private:
  std::shared_ptr<GrantKeeper> keeper_of(const catalog::ServerName& server);
  Task<void> remove_lost(catalog::ServerName server);
  // Tells the authorization server that a grant has no use any more (RFC 7009): in the background, once.
  Task<void> run_revoke(Grant grant);

  TaskGroup renewals_;
  TaskGroup waits_;
  KeeperTools tools_;
  Fetcher& fetcher_;
  Guarded<std::map<catalog::ServerName, std::shared_ptr<GrantKeeper>>> keepers_;
};

}  // namespace jungle::oauth

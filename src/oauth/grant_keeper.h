// The grant of one server, kept alive.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/reply.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "oauth/endpoint_finder.h"
#include "oauth/grant.h"
#include "oauth/repository.h"
#include "oauth/token_endpoint.h"
#include "oauth/token_source.h"
#include "telemetry/log.h"

namespace jungle::oauth {

// What the keepers of one process share. Owned by the TokenManager.
struct KeeperTools {
  Executor control;
  Time& time;
  Random& random;
  telemetry::Log& log;
  Repository& repository;
  TokenEndpoint endpoint;
  EndpointFinder& finder;
  std::string holder;   // Names this process in the database: who may refresh.
  TaskGroup& renewals;  // Run to their end, which has a bound.
  TaskGroup& waits;     // May be cancelled at any time.
};

// Renews the token of one server ahead of its end, and when a call finds it run out or refused. One renewal at a time
// in all processes on one database: who refreshes holds the grant's turn (Repository::begin_refresh), the others look
// what came of it. A refreshed grant is stored before any of it is used.
//
// A grant that MCPJungle stored has no token endpoint: that is found before its first renewal.
//
// What a failure means: no answer, or one that says nothing about the grant, leaves it as it is, to be tried again; an
// `invalid_grant` ends it until a person authorizes again; an `invalid_client` does too, and forgets the client, so
// that the next authorization registers another one.
//
// Owned by the TokenManager and by calls in flight. The functions of TokenSource may be called from any thread; all
// else, and all data but published(), lives on the control executor.
class GrantKeeper final : public TokenSource, public std::enable_shared_from_this<GrantKeeper> {
 public:
  GrantKeeper(KeeperTools& tools, catalog::ServerName server) : tools_(tools), server_(std::move(server)) {}

  Task<Result<AccessTokenPtr>> renew(AccessTokenPtr stale, Executor waiter) override;
  void note_missing_scopes(AccessTokenPtr token, std::vector<std::string> scopes) override;

  // What is stored by now; nothing: there is no grant.
  void adopt(std::optional<Grant> grant);
  const std::optional<Grant>& grant() const { return grant_; }
  // Fails whoever waits, now and later, and begins nothing more.
  void close();

 private:
  using RenewReply = Reply<Result<AccessTokenPtr>>;

  void ask(const AccessTokenPtr& stale, std::shared_ptr<RenewReply> reply);
  void begin();
  Task<void> run_renew();
  Task<void> run_due(std::uint64_t adoption, SteadyTime due);
  Task<void> run_look();
  Task<void> run_note(std::vector<std::string> scopes);

  Task<Result<void>> renew_once();
  Task<Result<void>> find_endpoints();
  Task<Result<RefreshTurn>> wait_for_turn();
  Task<Result<void>> refresh();
  Task<TokenResult> ask_endpoint();
  Task<Result<void>> save(Grant refreshed);
  Task<Result<void>> handle(TokenFailure failure);
  Task<Result<void>> end_grant(const std::string& reason);
  Error failed(Error error);

  KeeperTools& tools_;
  const catalog::ServerName server_;

  std::optional<Grant> grant_;    // As stored.
  std::optional<Grant> unsaved_;  // Refreshed, but the database did not take it.
  std::uint64_t adoption_ = 0;    // Counts up with every change of grant_.
  std::vector<std::shared_ptr<RenewReply>> waiting_;
  bool renewing_ = false;
  bool looking_ = false;
  bool closed_ = false;
  // After a failure nothing is tried until `retry_at_`; who asks meanwhile gets `last_error_`.
  unsigned failures_ = 0;
  SteadyTime retry_at_{};
  Error last_error_;
  SteadyTime next_look_{};
};

// What calls present of a grant. `now` and `system_now` are the same moment.
AccessToken present(const Grant& grant, SteadyTime now, SystemTime system_now);

// "server 'x' needs authorization: <reason>; run `mcpjungle authorize x`". kUnauthenticated.
Error needs_authorization_error(const Grant& grant);

}  // namespace jungle::oauth

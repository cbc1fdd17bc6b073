// GrantKeeper: one renewal, from the turn to the stored grant.
#include <algorithm>
#include <utility>

#include "base/cancelled.h"
#include "oauth/grant_keeper.h"
#include "oauth/limits.h"

namespace jungle::oauth {

// A failure, remembered for a while, so that an authorization server that is down is not asked by every call.
Error GrantKeeper::failed(Error error) {
  error = with_context(std::move(error), "server '" + server_.str() + "': its access token could not be renewed");
  const unsigned doublings = std::min(failures_++, 10u);
  const Millis pause = std::min<Millis>(Millis(kRenewRetryMin) * (1 << doublings), kRenewRetryMax);
  retry_at_ = tools_.time.steady_now() + pause;
  last_error_ = error;
  tools_.log.warn("an access token could not be renewed", {{"server", server_.str()}, {"why", error.message}});
  return error;
}

Task<Result<void>> GrantKeeper::renew_once() {
  if (unsaved_) {
    Grant refreshed = *unsaved_;
    co_return co_await save(std::move(refreshed));
  }
  if (grant_->token_endpoint.empty()) {
    const std::uint64_t adoption = adoption_;
    auto found = co_await find_endpoints();
    if (!found || adoption_ != adoption) co_return found;
  }
  auto turn = co_await wait_for_turn();
  if (!turn) co_return failed(turn.error());
  switch (turn->kind) {
    case RefreshTurn::Kind::kOurs:
      co_return co_await refresh();
    case RefreshTurn::Kind::kChanged:
      adopt(std::move(turn->grant));
      if (const auto current = published_.load(); current->problem) co_return *current->problem;
      co_return Result<void>();
    case RefreshTurn::Kind::kGone:
      adopt(std::nullopt);
      co_return Error{ErrorCode::kUnauthenticated, "server '" + server_.str() + "' has no authorization any more", {}};
    case RefreshTurn::Kind::kTaken:
      break;
  }
  co_return failed(Error{ErrorCode::kUnavailable, "another gateway on this database is renewing it", {}});
}

// Not in our turn, which may be shorter than this takes; it changes nothing. What is found is stored with the renewal.
Task<Result<void>> GrantKeeper::find_endpoints() {
  const std::uint64_t adoption = adoption_;
  auto found = co_await tools_.finder.complete(*grant_);
  if (adoption_ != adoption) co_return Result<void>();  // Another grant came meanwhile: that one counts.
  if (found) {
    grant_ = std::move(*found);
    co_return Result<void>();
  }
  Error error = found.error();
  const bool may_pass = error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded ||
                        error.code == ErrorCode::kCancelled;
  if (!may_pass)
    co_return co_await end_grant("MCPJungle stored it without its authorization server, which could not be found (" +
                                 error.message + ")");
  error.code = ErrorCode::kUnavailable;
  co_return failed(with_context(std::move(error), "its authorization server could not be asked"));
}

// Asks for the turn until it is ours, or until it is clear what became of another process's.
Task<Result<RefreshTurn>> GrantKeeper::wait_for_turn() {
  const SteadyTime end = tools_.time.steady_now() + kTurnWait;
  for (;;) {
    const SystemTime now = tools_.time.system_now();
    Repository::RefreshWish wish{server_, grant_->generation, tools_.holder, now, now + kTurnTime};
    auto turn = co_await tools_.repository.begin_refresh(std::move(wish));
    if (!turn || turn->kind != RefreshTurn::Kind::kTaken) co_return turn;
    if (tools_.time.steady_now() >= end) co_return turn;
    co_await tools_.time.sleep_until(tools_.time.steady_now() + kTurnLook);
    const bool stop = co_await is_cancelled();
    if (stop || closed_) co_return Error{ErrorCode::kCancelled, "the gateway is stopping", {}};
    if (!grant_) co_return RefreshTurn{};
  }
}

Task<TokenResult> GrantKeeper::ask_endpoint() {
  TokenTarget target = token_target_of(*grant_);
  if (grant_->kind == GrantKind::kClientCredentials)
    co_return co_await tools_.endpoint.client_credentials(std::move(target), grant_->scopes);
  co_return co_await tools_.endpoint.refresh(std::move(target), grant_->tokens.refresh_token,
                                             std::vector<std::string>());
}

// REQUIRES: the turn is ours.
Task<Result<void>> GrantKeeper::refresh() {
  if (grant_->kind != GrantKind::kClientCredentials && grant_->tokens.refresh_token.empty())
    co_return co_await end_grant("its access token is not accepted any more, and there is no refresh token");
  auto tokens = co_await ask_endpoint();
  if (!tokens) {
    TokenFailure failure = std::move(tokens).error();
    co_return co_await handle(std::move(failure));
  }
  Grant refreshed = *grant_;
  refreshed.tokens = std::move(*tokens);
  if (refreshed.tokens.scope.empty()) refreshed.tokens.scope = grant_->tokens.scope;
  co_return co_await save(std::move(refreshed));
}

// The old refresh token may be dead by now, so a grant that cannot be stored is kept until it can, and not used before.
Task<Result<void>> GrantKeeper::save(Grant refreshed) {
  Grant copy = refreshed;
  auto stored = co_await tools_.repository.finish_refresh(std::move(copy), tools_.holder);
  if (!stored) {
    unsaved_ = std::move(refreshed);
    Error error = stored.error();
    error.code = ErrorCode::kUnavailable;
    co_return failed(with_context(std::move(error), "the new one could not be stored"));
  }
  if (*stored) {
    adopt(std::move(*stored));
    tools_.log.info("an access token was renewed", {{"server", server_.str()}});
    co_return Result<void>();
  }
  // It was replaced or removed meanwhile: that counts.
  auto found = co_await tools_.repository.find_grant(server_);
  if (!found) co_return failed(found.error());
  adopt(std::move(*found));
  if (const auto current = published_.load(); current->problem) co_return *current->problem;
  co_return Result<void>();
}

Task<Result<void>> GrantKeeper::handle(TokenFailure failure) {
  if (failure.kind == TokenFailure::Kind::kInvalidGrant)
    co_return co_await end_grant("its authorization server does not accept the refresh token any more (" +
                                 failure.cause.message + ")");
  if (failure.kind == TokenFailure::Kind::kInvalidClient) {
    auto forgotten = co_await tools_.repository.remove_client(grant_->issuer, grant_->client.id);
    if (!forgotten) co_return failed(forgotten.error());
    co_return co_await end_grant("its authorization server does not know this gateway's client any more (" +
                                 failure.cause.message + ")");
  }
  auto abandoned = co_await tools_.repository.abandon_refresh(server_, tools_.holder);
  (void)abandoned.has_value();  // The turn ends by time.
  failure.cause.code = ErrorCode::kUnavailable;
  co_return failed(std::move(failure.cause));
}

// A person has to authorize again. Everything else about the server stays.
Task<Result<void>> GrantKeeper::end_grant(const std::string& reason) {
  Grant ended = *grant_;
  ended.state = GrantState::kNeedsAuthorization;
  ended.state_reason = reason;
  auto stored = co_await tools_.repository.store_state(std::move(ended));
  if (!stored) co_return failed(stored.error());
  auto abandoned = co_await tools_.repository.abandon_refresh(server_, tools_.holder);
  (void)abandoned.has_value();
  adopt(std::move(*stored));
  const auto current = published_.load();
  if (!current->problem) co_return Result<void>();  // A person was faster.
  tools_.log.warn("a server needs authorization", {{"server", server_.str()}, {"why", reason}});
  co_return *current->problem;
}

}  // namespace jungle::oauth

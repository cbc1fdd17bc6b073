#include "oauth/grant_keeper.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/cancelled.h"
#include "oauth/bearer_challenge.h"
#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

bool is_renewable(const Grant& grant) {
  return grant.kind == GrantKind::kClientCredentials || !grant.tokens.refresh_token.empty();
}

Error closing_error(const catalog::ServerName& server) {
  return Error{ErrorCode::kUnavailable, "server '" + server.str() + "': the gateway is stopping", {}};
}

// A random part of `most`.
Millis jitter(Random& random, Millis most) {
  std::array<unsigned char, 2> bytes{};
  random.fill(bytes);
  const auto share = static_cast<Millis::rep>(bytes[0]) << 8 | bytes[1];
  return Millis(most.count() * share / 65536);
}

}  // namespace

Error needs_authorization_error(const Grant& grant) {
  std::string text = "server '" + grant.server.str() + "' needs authorization";
  if (!grant.state_reason.empty()) text += ": " + grant.state_reason;
  return Error{ErrorCode::kUnauthenticated, text + "; run `mcpjungle authorize " + grant.server.str() + "`", {}};
}

AccessToken present(const Grant& grant, SteadyTime now, SystemTime system_now) {
  AccessToken token = *access_token_of(grant.tokens.access_token);
  token.generation = grant.generation;
  token.missing_scopes = grant.missing_scopes;
  if (grant.state == GrantState::kNeedsAuthorization) token.problem = needs_authorization_error(grant);
  // One that cannot be renewed is used until it is refused: clocks differ.
  if (!grant.tokens.expires_at || !is_renewable(grant)) return token;
  const auto left = std::chrono::duration_cast<Millis>(*grant.tokens.expires_at - system_now);
  token.usable_until = now + left - std::clamp<Millis>(left / 10, Millis(0), kExpiryMargin);
  return token;
}

Task<Result<AccessTokenPtr>> GrantKeeper::renew(AccessTokenPtr stale, Executor waiter) {
  auto reply = std::make_shared<RenewReply>(waiter);
  asio::dispatch(tools_.control,
                 [self = shared_from_this(), stale = std::move(stale), reply] { self->ask(stale, reply); });
  auto given = co_await reply->wait();
  if (!given) {
    co_return Error{ErrorCode::kCancelled,
                    "server '" + server_.str() + "': the call was cancelled while its token was renewed",
                    {}};
  }
  co_return std::move(*given);
}

void GrantKeeper::ask(const AccessTokenPtr& stale, std::shared_ptr<RenewReply> reply) {
  const SteadyTime now = tools_.time.steady_now();
  auto current = published_.load();
  if (closed_) return RenewReply::give(reply, closing_error(server_));
  if (current->problem) {
    RenewReply::give(reply, *current->problem);
    // A person may have authorized again at another process.
    if (looking_ || now < next_look_) return;
    looking_ = true;
    next_look_ = now + kLookPause;
    return tools_.renewals.spawn(run_look());
  }
  if (current != stale && current->is_usable(now)) return RenewReply::give(reply, std::move(current));
  if (!grant_) return RenewReply::give(reply, std::move(current));
  if (!renewing_ && now < retry_at_) return RenewReply::give(reply, last_error_);
  waiting_.push_back(std::move(reply));
  begin();
}

void GrantKeeper::begin() {
  if (closed_ || std::exchange(renewing_, true)) return;
  tools_.renewals.spawn(run_renew());
}

Task<void> GrantKeeper::run_renew() {
  const auto keep = shared_from_this();
  const auto renewed = co_await renew_once();
  renewing_ = false;
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& reply : waiting) {
    if (renewed) {
      RenewReply::give(reply, published_.load());
    } else {
      RenewReply::give(reply, renewed.error());
    }
  }
}

// The stored grant becomes what calls present, and is renewed ahead of its end.
void GrantKeeper::adopt(std::optional<Grant> grant) {
  grant_ = std::move(grant);
  unsaved_.reset();
  failures_ = 0;
  retry_at_ = SteadyTime();
  ++adoption_;
  if (!grant_) return published_.publish(access_token_of(Secret()));
  const SteadyTime now = tools_.time.steady_now();
  const SystemTime system_now = tools_.time.system_now();
  published_.publish(std::make_shared<const AccessToken>(present(*grant_, now, system_now)));
  if (grant_->state != GrantState::kActive || !grant_->tokens.expires_at || !is_renewable(*grant_)) return;
  // One that lives for moments is renewed when it is needed, lest an unused server is asked all day.
  const auto left = std::chrono::duration_cast<Millis>(*grant_->tokens.expires_at - system_now);
  if (closed_ || left < kRenewAheadLifetimeMin) return;
  const Millis ahead = std::min<Millis>(kRenewAhead, left / 4);
  const SteadyTime due = now + left - ahead - jitter(tools_.random, ahead);
  tools_.waits.spawn(run_due(adoption_, due));
}

Task<void> GrantKeeper::run_due(std::uint64_t adoption, SteadyTime due) {
  const auto keep = shared_from_this();
  // Until the grant was replaced: a renewal that failed is tried again as long as the old token may be good.
  while (adoption_ == adoption && !closed_) {
    co_await tools_.time.sleep_until(std::max(due, retry_at_));
    const bool stop = co_await is_cancelled();
    if (stop || adoption_ != adoption) co_return;
    begin();
    due = tools_.time.steady_now() + kRenewRetryMin;
  }
}

Task<void> GrantKeeper::run_look() {
  const auto keep = shared_from_this();
  auto found = co_await tools_.repository.find_grant(server_);
  looking_ = false;
  if (!found || renewing_) co_return;
  const bool is_known = grant_ && *found && (*found)->generation == grant_->generation;
  if (!is_known) adopt(std::move(*found));
}

void GrantKeeper::close() {
  closed_ = true;
  for (const auto& reply : std::exchange(waiting_, {}))
    RenewReply::give(reply, closing_error(server_));
}

void GrantKeeper::note_missing_scopes(AccessTokenPtr token, std::vector<std::string> scopes) {
  asio::dispatch(tools_.control, [self = shared_from_this(), token = std::move(token), scopes = std::move(scopes)] {
    if (self->closed_ || !self->grant_ || self->grant_->generation != token->generation) return;
    auto all = scope_union(self->grant_->missing_scopes, scopes);
    all.resize(std::min(all.size(), kMissingScopesMax));
    if (all == self->grant_->missing_scopes) return;
    self->tools_.renewals.spawn(self->run_note(std::move(all)));
  });
}

Task<void> GrantKeeper::run_note(std::vector<std::string> scopes) {
  const auto keep = shared_from_this();
  if (!grant_ || renewing_) co_return;  // The server will name them again.
  Grant changed = *grant_;
  changed.missing_scopes = std::move(scopes);
  auto stored = co_await tools_.repository.store_state(std::move(changed));
  if (!stored) {
    tools_.log.warn("missing scopes could not be stored", {{"server", server_.str()}, {"why", stored.error().message}});
    co_return;
  }
  if (!renewing_) adopt(std::move(*stored));
}

}  // namespace jungle::oauth

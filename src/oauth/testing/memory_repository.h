// A repository without a database.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "oauth/repository.h"

namespace jungle::oauth::testing {

// Keeps everything in memory; answers at once. `fail_next` makes the next call fail without any effect.
class MemoryRepository final : public Repository {
 public:
  void fail_next(Error error) { failure_ = std::move(error); }
  std::size_t grant_count() const { return grants_.size(); }
  std::size_t client_count() const { return clients_.size(); }
  std::size_t session_count() const { return sessions_.size(); }

  Task<Result<LoadedGrants>> load_grants() override {
    if (failure_) co_return fail();
    LoadedGrants loaded;
    for (const auto& [server, row] : grants_)
      loaded.grants.push_back(row.grant);
    co_return loaded;
  }

  Task<Result<std::optional<Grant>>> find_grant(catalog::ServerName server) override {
    if (failure_) co_return fail();
    const auto found = grants_.find(server);
    if (found == grants_.end()) co_return std::nullopt;
    co_return found->second.grant;
  }

  Task<Result<Grant>> store_grant(Grant grant) override {
    if (failure_) co_return fail();
    Row& row = grants_[grant.server];
    grant.generation = row.grant.generation + 1;
    row = Row{grant, {}, {}};
    co_return grant;
  }

  Task<Result<void>> remove_grant(catalog::ServerName server) override {
    if (failure_) co_return fail();
    grants_.erase(server);
    co_return Result<void>();
  }

  Task<Result<std::optional<Grant>>> store_state(Grant grant) override {
    if (failure_) co_return fail();
    const auto found = grants_.find(grant.server);
    if (found == grants_.end()) co_return std::nullopt;
    Grant& stored = found->second.grant;
    if (stored.generation == grant.generation) {
      stored.state = grant.state;
      stored.state_reason = grant.state_reason;
      stored.missing_scopes = grant.missing_scopes;
      ++stored.generation;
    }
    co_return stored;
  }

  Task<Result<RefreshTurn>> begin_refresh(RefreshWish wish) override {
    if (failure_) co_return fail();
    RefreshTurn turn;
    const auto found = grants_.find(wish.server);
    if (found == grants_.end()) co_return turn;
    Row& row = found->second;
    turn.grant = row.grant;
    turn.kind = RefreshTurn::Kind::kChanged;
    if (row.grant.generation != wish.generation) co_return turn;
    if (!row.holder.empty() && row.holder != wish.holder && row.until > wish.now) {
      turn.kind = RefreshTurn::Kind::kTaken;
      turn.grant.reset();
      turn.taken_until = row.until;
      co_return turn;
    }
    row.holder = wish.holder;
    row.until = wish.until;
    turn.kind = RefreshTurn::Kind::kOurs;
    co_return turn;
  }

  Task<Result<std::optional<Grant>>> finish_refresh(Grant grant, std::string holder) override {
    if (failure_) co_return fail();
    const auto found = grants_.find(grant.server);
    if (found == grants_.end()) co_return std::nullopt;
    Row& row = found->second;
    if (row.grant.generation != grant.generation || row.holder != holder) co_return std::nullopt;
    ++grant.generation;
    row = Row{grant, {}, {}};
    co_return grant;
  }

  Task<Result<void>> abandon_refresh(catalog::ServerName server, std::string holder) override {
    if (failure_) co_return fail();
    const auto found = grants_.find(server);
    if (found != grants_.end() && found->second.holder == holder) found->second.holder.clear();
    co_return Result<void>();
  }

  Task<Result<std::optional<RegisteredClient>>> find_client(Issuer issuer, std::string redirect_uri) override {
    if (failure_) co_return fail();
    const auto found = clients_.find({issuer, redirect_uri});
    if (found == clients_.end()) co_return std::nullopt;
    co_return found->second;
  }

  Task<Result<void>> store_client(RegisteredClient client) override {
    if (failure_) co_return fail();
    const std::pair key{client.issuer, client.redirect_uri};
    clients_.insert_or_assign(key, std::move(client));
    co_return Result<void>();
  }

  Task<Result<void>> remove_client(Issuer issuer, std::string client_id) override {
    if (failure_) co_return fail();
    std::erase_if(clients_, [&](const auto& each) {
      return each.second.issuer == issuer && each.second.identity.id == client_id;
    });
    co_return Result<void>();
  }

  Task<Result<void>> store_session(PendingSession session) override {
    if (failure_) co_return fail();
    std::erase_if(sessions_, [&](const auto& each) { return each.second.server == session.server; });
    sessions_.insert_or_assign(session.id, std::move(session));
    co_return Result<void>();
  }

  Task<Result<std::optional<PendingSession>>> find_session(std::string id) override {
    if (failure_) co_return fail();
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) co_return std::nullopt;
    co_return found->second;
  }

  Task<Result<void>> remove_session(std::string id) override {
    if (failure_) co_return fail();
    sessions_.erase(id);
    co_return Result<void>();
  }

  Task<Result<std::int64_t>> sweep_sessions(SystemTime now) override {
    if (failure_) co_return fail();
    co_return static_cast<std::int64_t>(
        std::erase_if(sessions_, [&](const auto& each) { return each.second.expires_at < now; }));
  }

 private:
  struct Row {
    Grant grant;
    std::string holder;  // Of the turn to refresh; empty: nobody.
    SystemTime until;
  };

  Error fail() { return *std::exchange(failure_, std::nullopt); }

  std::map<catalog::ServerName, Row> grants_;
  std::map<std::pair<Issuer, std::string>, RegisteredClient> clients_;
  std::map<std::string, PendingSession> sessions_;
  std::optional<Error> failure_;
};

}  // namespace jungle::oauth::testing

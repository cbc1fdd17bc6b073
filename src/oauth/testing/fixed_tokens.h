// Tokens that a test hands out.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oauth/token_source.h"

namespace jungle::oauth::testing {

// A source whose renewals are scripted. Single executor.
class FixedTokenSource final : public TokenSource {
 public:
  // What calls present from now on.
  void give(AccessToken token) { published_.publish(std::make_shared<const AccessToken>(std::move(token))); }
  void give(const std::string& token) { published_.publish(access_token_of(Secret(token))); }
  // What the next renewals come to, in turn; without one they fail.
  void renews_to(const std::string& token) { renewals_.push_back(access_token_of(Secret(token))); }

  // The tokens that were to be replaced.
  const std::vector<std::string>& renewed() const { return renewed_; }
  const std::vector<std::vector<std::string>>& missing_scopes() const { return missing_scopes_; }

  Task<Result<AccessTokenPtr>> renew(AccessTokenPtr stale, Executor) override {
    renewed_.push_back(stale->token.reveal());
    if (renewals_.empty()) co_return Error{ErrorCode::kUnauthenticated, "needs authorization", {}};
    auto next = std::move(renewals_.front());
    renewals_.pop_front();
    published_.publish(next);
    co_return next;
  }
  void note_missing_scopes(AccessTokenPtr, std::vector<std::string> scopes) override {
    missing_scopes_.push_back(std::move(scopes));
  }

 private:
  std::deque<AccessTokenPtr> renewals_;
  std::vector<std::string> renewed_;
  std::vector<std::vector<std::string>> missing_scopes_;
};

// One FixedTokenSource per server; none of them has a token at first.
class FixedTokens final : public TokenDirectory {
 public:
  std::shared_ptr<TokenSource> source_of(const catalog::ServerName& server) override { return fixed(server.str()); }
  std::shared_ptr<FixedTokenSource> fixed(const std::string& server) {
    auto& source = sources_[server];
    if (!source) source = std::make_shared<FixedTokenSource>();
    return source;
  }

 private:
  std::map<std::string, std::shared_ptr<FixedTokenSource>> sources_;
};

}  // namespace jungle::oauth::testing

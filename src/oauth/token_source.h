// Where calls to one server get their token.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "base/task.h"
#include "catalog/ids.h"
#include "oauth/access_token.h"

namespace jungle::oauth {

// The tokens of one server, whether it has any or not. Shared by the workers and by calls in flight, which may outlive
// the server's registration. Callable from any thread. Implemented by TokenManager; FixedTokens in tests.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // Never null. With a usable token a call costs what one with a static credential costs.
  const Published<AccessToken>& published() const { return published_; }

  // A usable token that is newer than `stale`, which ran out, or which the server refused with a 401. Of all who ask,
  // in all processes on one database, one renews it; the others get what came of it. `waiter` is the caller's executor.
  // Errors: kUnauthenticated (a person has to authorize again; names the command), kUnavailable (the authorization
  // server cannot be reached; the grant stays as it is), kCancelled.
  virtual Task<Result<AccessTokenPtr>> renew(AccessTokenPtr stale, Executor waiter) = 0;

  // The server said that the token lacks `scopes` (403, insufficient_scope): they are asked for the next time a person
  // authorizes. Returns at once.
  virtual void note_missing_scopes(AccessTokenPtr token, std::vector<std::string> scopes) = 0;

 protected:
  Published<AccessToken> published_{std::make_shared<const AccessToken>()};
};

// All servers' tokens.
class TokenDirectory {
 public:
  virtual ~TokenDirectory() = default;
  // Never null; the same one for every question about one name. Callable from any thread.
  virtual std::shared_ptr<TokenSource> source_of(const catalog::ServerName& server) = 0;
};

}  // namespace jungle::oauth

// From the wish for a grant to the grant.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/server_spec.h"
#include "oauth/authorization_response.h"
#include "oauth/client_registration.h"
#include "oauth/discovery.h"
#include "oauth/grant.h"
#include "oauth/repository.h"
#include "oauth/token_endpoint.h"

namespace jungle::oauth {

// What a grant is wanted for.
struct GrantWish {
  SessionPurpose purpose = SessionPurpose::kRegister;
  catalog::ServerSpec spec;
  std::string redirect_uri;  // Empty for client credentials.
  Secret server_input;       // Comes back when the session ends.
  std::string initiated_by;
  std::optional<BearerChallenge> challenge;
  std::optional<Grant> previous;  // Of the same server, for kAuthorize.
  Discovered found;
};

// A person has to approve.
struct AuthorizationRequired {
  std::string session_id;
  std::string authorization_url;
  SystemTime expires_at;
};

// What a session came to. Nothing is stored yet: the caller finds out first whether the grant is any good.
struct Redeemed {
  PendingSession session;
  Grant grant;
};

// Begins authorizations and redeems what comes of them. Pending sessions are stored, so a restart does not end them; a
// grant that was redeemed is kept in memory until its session ends, so that nobody has to approve twice because the
// upstream server failed a moment later.
//
// One per process, on the control executor; call it there.
class AuthorizationFlow {
 public:
  AuthorizationFlow(Fetcher& fetcher, Time& time, Random& random, Repository& repository, ClientOptions options)
      : time_(time),
        random_(random),
        repository_(repository),
        clients_(fetcher, time, repository, std::move(options)),
        tokens_(fetcher, time, random) {}
  AuthorizationFlow(const AuthorizationFlow&) = delete;
  AuthorizationFlow& operator=(const AuthorizationFlow&) = delete;

  // Stores a pending session in the place of any other of that server name. Changes nothing else.
  // Errors: those of ClientRegistration, check_pkce() and check_redirect_uri(); kUpstreamRejected (no endpoint).
  Task<Result<AuthorizationRequired>> begin(GrantWish wish);
  // Without a person (RFC 6749 §4.4). Errors: those of ClientRegistration and TokenEndpoint.
  Task<Result<Grant>> ask_with_client_credentials(GrantWish wish);

  // Checks the response and exchanges its code, once: asked again, it returns what came of it. The session stays until
  // close(). Errors, with the texts of contract section 7.7: kInvalidArgument, kNotFound, kConflict (it is being
  // redeemed), those of the token endpoint.
  Task<Result<Redeemed>> redeem(std::string session_id, AuthorizationResponse response);
  Task<Result<void>> close(std::string session_id);
  // Forgets sessions whose time is over.
  Task<Result<void>> sweep();

 private:
  Task<Result<Redeemed>> exchange(PendingSession session, AuthorizationResponse response);

  struct Kept {
    Grant grant;
    SystemTime until;
  };

  Time& time_;
  Random& random_;
  Repository& repository_;
  ClientRegistration clients_;
  TokenEndpoint tokens_;
  std::set<std::string> redeeming_;       // Ids of sessions.
  std::map<std::string, Kept> redeemed_;  // By session id.
};

}  // namespace jungle::oauth

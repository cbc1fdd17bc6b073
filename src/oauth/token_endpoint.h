// Requests to the token endpoint of an authorization server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "base/time.h"
#include "oauth/client_identity.h"
#include "oauth/fetcher.h"
#include "oauth/form.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// Why there is no token, by what can be done about it.
struct TokenFailure {
  enum class Kind : std::uint8_t {
    kUnavailable,    // No answer, an answer of 5xx or 429: the grant may be as good as before. Try later.
    kInvalidGrant,   // The code or refresh token is not good any more: a person has to approve again.
    kInvalidClient,  // The server does not know this client any more, or refuses its proof: register again.
    kRefused,        // Anything else that the server says, or an answer that makes no sense.
  };
  Kind kind = Kind::kRefused;
  std::string error;  // The server's `error` (RFC 6749 §5.2); empty if it named none.
  Error cause;        // For people, with the server's words: "token request failed: OAuth error: invalid_grant - why".
};

// Tokens, or why there are none.
class [[nodiscard]] TokenResult : public boost::system::result<Tokens, TokenFailure> {
 public:
  using boost::system::result<Tokens, TokenFailure>::result;
};
[[noreturn]] void throw_exception_from_error(const TokenFailure& failure, const boost::source_location&);

// Which endpoint, and as whom.
struct TokenTarget {
  std::string server_url;      // The upstream server for which tokens are asked.
  std::string token_endpoint;  // Checked when it was discovered, and by the fetcher once more.
  Issuer issuer;
  ClientIdentity client;
  std::string resource;  // RFC 8707; empty: not sent.
  std::string ca_file;   // As Grant::ca_file.
};
TokenTarget token_target_of(const Grant& grant);

// Asks token endpoints, one POST each; nothing is sent twice. Stateless; lives on the fetcher's executor.
//
// An answer of 200 with an `error` member is a failure; a token type other than bearer is one too (RFC 6749 §7.1: a
// client must not use what it does not understand). What the server says is quoted in part, without control characters
// and without any secret that was sent to it.
class TokenEndpoint {
 public:
  TokenEndpoint(Fetcher& fetcher, Time& time, Random& random) : fetcher_(fetcher), time_(time), random_(random) {}

  struct Code {
    Secret code;
    Secret code_verifier;
    std::string redirect_uri;
  };
  // RFC 6749 §4.1.3 with RFC 7636 §4.5.
  Task<TokenResult> exchange_code(TokenTarget target, Code code);
  // RFC 6749 §6. Without `scopes` the token keeps its scope. If the answer has no refresh token, the one that was sent
  // is in the result.
  Task<TokenResult> refresh(TokenTarget target, Secret refresh_token, std::vector<std::string> scopes);
  // RFC 6749 §4.4.
  Task<TokenResult> client_credentials(TokenTarget target, std::vector<std::string> scopes);

 private:
  Task<TokenResult> ask(TokenTarget target, FormFields fields, std::vector<Secret> sent);

  Fetcher& fetcher_;
  Time& time_;
  Random& random_;
};

// A POST of `fields`, the client's proof of who it is, and the resource, to `url`: an endpoint of the target's
// authorization server. Revocation (RFC 7009) uses it too. `now` and `random` go into a client assertion.
// Errors: kInvalidArgument, a private key that cannot be used.
Result<FetchRequest> form_request(const TokenTarget& target, http::Url url, FormFields fields, SystemTime now,
                                  Random& random);

// What an answer of a token endpoint means. Pure; `sent` are the secrets that must not be quoted.
TokenResult read_token_answer(const FetchAnswer& answer, SystemTime now, const std::vector<Secret>& sent);

}  // namespace jungle::oauth

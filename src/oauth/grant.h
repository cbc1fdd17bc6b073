// What an authorization server gave us for one upstream server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/strong_id.h"
#include "base/time.h"
#include "catalog/ids.h"
#include "catalog/server_spec.h"
#include "oauth/client_identity.h"

namespace jungle::oauth {

// The issuer identifier of an authorization server (RFC 8414 §2), as it was written; compared byte by byte.
using Issuer = StrongId<struct IssuerTag>;

// The answer of a token endpoint (RFC 6749 §5.1).
struct Tokens {
  Secret access_token;
  std::string token_type;                // As received; "bearer" in any case, since nothing else is accepted.
  Secret refresh_token;                  // Empty: none. After a refresh: the one in use stays valid.
  std::string scope;                     // What was granted, space-separated; empty: what was asked for.
  std::optional<SystemTime> expires_at;  // Absent: the server does not say; until it refuses the token.

  friend bool operator==(const Tokens&, const Tokens&) = default;
};

using GrantKind = catalog::OAuthGrant;
enum class GrantState : std::uint8_t {
  kActive,
  kNeedsAuthorization,  // A person has to approve again; until then calls fail at once.
};

// The permission to use one upstream server, with all that keeping it alive takes. A value. Everything secret in it is
// a Secret; it is stored sealed.
//
// Its access token may be sent to `server_url` only, its refresh token and client credentials to `token_endpoint` and
// `revocation_endpoint` only.
struct Grant {
  catalog::ServerName server;
  catalog::Transport transport = catalog::Transport::kStreamableHttp;
  std::string server_url;  // What it was given for. Empty: in a row of MCPJungle, which does not keep it.
  std::string ca_file;     // Of that server's registration: trusted on the way to it and to these endpoints.
  GrantKind kind = GrantKind::kAuthorizationCode;

  // The authorization server. Issuer and endpoints are empty in a row of MCPJungle: EndpointFinder finds them.
  Issuer issuer;
  std::string token_endpoint;
  std::string revocation_endpoint;  // Empty: it has none.
  ClientIdentity client;
  std::string redirect_uri;         // Empty for client credentials.
  std::string resource;             // RFC 8707, byte for byte as it was asked for; empty: not sent.
  std::vector<std::string> scopes;  // Asked for, last time.

  Tokens tokens;

  GrantState state = GrantState::kActive;
  std::string state_reason;                 // For people: why a person has to approve again.
  std::vector<std::string> missing_scopes;  // Named by an `insufficient_scope` challenge; asked for next time.
  std::int64_t generation = 0;              // Counts up with every change of the row; given by the repository.

  friend bool operator==(const Grant&, const Grant&) = default;
};

}  // namespace jungle::oauth

// A client that an authorization server registered for us.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "oauth/client_identity.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// The outcome of a dynamic registration (RFC 7591 §3.2.1), kept so that the same client is used again. A value.
struct RegisteredClient {
  Issuer issuer;                                // The one server that knows it.
  std::string redirect_uri;                     // Registered; servers compare it exactly.
  ClientIdentity identity;                      // Without a private key: servers register none of ours.
  std::vector<std::string> scopes;              // Registered: some servers grant no others later. Empty: none named.
  std::optional<SystemTime> secret_expires_at;  // Absent: never.

  friend bool operator==(const RegisteredClient&, const RegisteredClient&) = default;
};

}  // namespace jungle::oauth

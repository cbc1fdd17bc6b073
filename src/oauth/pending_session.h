// An authorization that waits for a person.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "catalog/ids.h"
#include "catalog/server_spec.h"
#include "oauth/client_identity.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// What happens once the person has approved.
enum class SessionPurpose : std::uint8_t {
  kRegister,   // A new server.
  kReplace,    // The same, in the place of the one of its name, if there is one (force).
  kAuthorize,  // A registered server gets a new grant; it keeps everything else.
};

// Begun by an authorization request, ended by its response or by time. At most one per server name. A value, stored so
// that it survives a restart; what is secret in it is stored sealed.
struct PendingSession {
  std::string id;  // 64 hexadecimal digits; names it in REST. Not a credential: `state` is.
  SessionPurpose purpose = SessionPurpose::kRegister;
  catalog::ServerName server;
  catalog::Transport transport = catalog::Transport::kStreamableHttp;
  std::string server_url;
  std::string ca_file;  // As Grant::ca_file.
  Secret server_input;  // The JSON of the registration, for kRegister and kReplace; "{}" otherwise.
  std::string initiated_by;
  SystemTime expires_at;

  // Recorded before the person is sent away: the response is checked against these (RFC 9207 §2.4).
  Secret state;
  Secret code_verifier;
  std::string redirect_uri;
  Issuer issuer;
  bool issuer_always_named = false;  // authorization_response_iss_parameter_supported

  std::string token_endpoint;
  std::string revocation_endpoint;
  ClientIdentity client;
  std::string resource;
  std::vector<std::string> scopes;

  friend bool operator==(const PendingSession&, const PendingSession&) = default;
};

}  // namespace jungle::oauth

// The metadata documents of OAuth.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/url.h"
#include "oauth/client_identity.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// RFC 9728 §2, as far as it matters here.
struct ProtectedResource {
  std::string resource;                            // As it was written: it is sent back byte for byte.
  std::vector<std::string> authorization_servers;  // Issuer identifiers, checked.
  std::vector<std::string> scopes_supported;

  friend bool operator==(const ProtectedResource&, const ProtectedResource&) = default;
};

// RFC 8414 §2 and OpenID Connect Discovery 1.0 §3. Endpoints are checked URLs, or empty.
struct AuthorizationServer {
  Issuer issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string registration_endpoint;
  std::string revocation_endpoint;
  std::vector<std::string> scopes_supported;
  // Those of them that we know. Absent: the document does not say (RFC 8414: client_secret_basic).
  std::optional<std::vector<ClientAuthMethod>> token_endpoint_auth_methods;
  std::optional<std::vector<std::string>> code_challenge_methods;  // Absent: the document does not say.
  bool names_issuer = false;              // authorization_response_iss_parameter_supported, RFC 9207.
  bool takes_metadata_documents = false;  // client_id_metadata_document_supported.

  friend bool operator==(const AuthorizationServer&, const AuthorizationServer&) = default;
};

// The document that was found for `server`. Pure. Errors: kUpstreamRejected (malformed, or about another resource),
// kPermissionDenied (a URL that may not be used).
Result<ProtectedResource> parse_protected_resource(std::string_view body, const http::Url& server);

// The document that was found for an issuer. `issuers` are those that it may name, compared exactly (RFC 8414 §3.3).
// Errors as above; a document without a token endpoint is none.
Result<AuthorizationServer> parse_authorization_server(std::string_view body, std::span<const std::string> issuers,
                                                       const http::Url& server);

}  // namespace jungle::oauth

// Who we are to an authorization server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace jungle::oauth {

// How a client proves to the token endpoint who it is: `token_endpoint_auth_method` of RFC 7591 §2.
enum class ClientAuthMethod : std::uint8_t { kNone, kClientSecretBasic, kClientSecretPost, kPrivateKeyJwt };

// "none", "client_secret_basic", "client_secret_post", "private_key_jwt".
std::string_view text_of(ClientAuthMethod method);
std::optional<ClientAuthMethod> parse_client_auth_method(std::string_view text);

// A client at one authorization server. A value; it is never shown to another server than the one it was made for.
struct ClientIdentity {
  std::string id;
  ClientAuthMethod method = ClientAuthMethod::kNone;
  Secret secret;       // client_secret_*.
  Secret private_key;  // private_key_jwt: PEM.

  friend bool operator==(const ClientIdentity&, const ClientIdentity&) = default;
};

}  // namespace jungle::oauth

// Becoming a client of an authorization server.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/server_spec.h"
#include "oauth/discovery.h"
#include "oauth/fetcher.h"
#include "oauth/repository.h"

namespace jungle::oauth {

// What the operator chose for all servers.
struct ClientOptions {
  std::string client_name;  // Of dynamic registrations; empty: "mcpjungle-" and the server's name.
  // Where a Client ID Metadata Document of ours is published; empty: nowhere. An https URL with a path.
  std::string metadata_url;
  bool metadata_is_ours = false;  // It is the one that the gateway serves itself (client_metadata_document.h).
};

// Which client is wanted. Borrows everything until identify() has returned.
struct ClientWish {
  const catalog::ServerSpec& spec;
  const Discovered& found;
  const std::string& redirect_uri;
  const std::vector<std::string>& scopes;
};

// Finds out as whom we ask, in this order (MCP 2026-07-28 basic/authorization "Client Registration Approaches"): the
// client of the server's settings; one registered with this issuer before; a Client ID Metadata Document; dynamic
// registration (RFC 7591). A client is known to its issuer only and shown to no other.
//
// One per process, on the control executor.
class ClientRegistration {
 public:
  ClientRegistration(Fetcher& fetcher, Time& time, Repository& repository, ClientOptions options)
      : fetcher_(fetcher), time_(time), repository_(repository), options_(std::move(options)) {}
  ClientRegistration(const ClientRegistration&) = delete;
  ClientRegistration& operator=(const ClientRegistration&) = delete;

  // Errors: kInvalidArgument (a person has to register a client; says where, and with which redirect URI),
  // kUpstreamRejected (refused), those of Fetcher and Repository.
  Task<Result<ClientIdentity>> identify(ClientWish wish);

 private:
  Task<Result<ClientIdentity>> register_dynamically(ClientWish wish);

  Fetcher& fetcher_;
  Time& time_;
  Repository& repository_;
  const ClientOptions options_;
};

// The client of the settings, with the way of proof that fits them and the server. REQUIRES: it has an id.
ClientIdentity configured_client(const catalog::ServerSpec& spec, const AuthorizationServer& server);

}  // namespace jungle::oauth

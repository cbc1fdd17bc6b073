// Finding out whom to ask for permission.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/url.h"
#include "oauth/bearer_challenge.h"
#include "oauth/fetcher.h"
#include "oauth/metadata.h"
#include "oauth/metadata_cache.h"
#include "oauth/provider_profile.h"
#include "telemetry/log.h"

namespace jungle::oauth {

// Whether metadata that is still valid may be used again.
enum class Freshness : std::uint8_t { kMayBeKept, kFetchAnew };

// Which server refused us, and how.
struct DiscoveryQuestion {
  http::Url server;
  std::optional<BearerChallenge> challenge;  // Of its answer, if there was one.
  std::string issuer;                        // The only one that will do, if it is not empty: from the settings.
  std::string ca_file = {};                  // Of the server's registration.
  Freshness freshness = Freshness::kMayBeKept;
};

// Whom to ask, and for what.
struct Discovered {
  AuthorizationServer server;
  std::string resource;                       // RFC 8707.
  std::vector<std::string> scopes_supported;  // Of the resource.
  ProviderProfile profile;
};

// Follows the trail from a refusal to an authorization server (MCP 2026-07-28 basic/authorization "Discovery"), newest
// way first:
//   1. protected resource metadata: where the challenge says, else by path, else at the root (RFC 9728);
//   2. metadata of an authorization server that it names: RFC 8414, OpenID Connect, in each path form;
//   3. without protected resource metadata: metadata at the origin of the server itself (MCP 2025-03-26);
//   4. without any: the endpoints /authorize, /token and /register at that origin (MCP 2025-03-26), if the refusal was
//   a
//      bearer challenge and there is an /authorize.
// A document that exists and is wrong ends the search; an older way must not make up for it.
//
// One per process, on the control executor. Keeps documents for the lifetime that their servers give them.
class Discovery {
 public:
  Discovery(Fetcher& fetcher, Time& time, telemetry::Log& log, ProviderProfiles profiles)
      : fetcher_(fetcher), time_(time), log_(log), profiles_(std::move(profiles)) {}
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  // Nothing if the server advertises no OAuth at all: its 401 means a wrong or missing token.
  // Errors: kUpstreamRejected (metadata that is malformed, about something else, or missing where it must be),
  // kPermissionDenied (a URL that may not be used), kUnavailable, kDeadlineExceeded (kDiscoveryTime), kCancelled.
  Task<Result<std::optional<Discovered>>> discover(DiscoveryQuestion question);

 private:
  // How much must be right about a document before others are tried.
  enum class Stance : std::uint8_t { kProbe, kExpected };
  using Body = std::optional<std::string>;  // Nothing: there is no such document.

  Task<Result<std::optional<Discovered>>> run_discover(DiscoveryQuestion question);
  Task<Result<std::optional<ProtectedResource>>> find_resource(const DiscoveryQuestion& question);
  Task<Result<std::optional<Discovered>>> ask_authorization_servers(const DiscoveryQuestion& question,
                                                                    ProtectedResource resource);
  // The first document of `urls` that is right; nothing if there is none at all.
  Task<Result<std::optional<AuthorizationServer>>> find_server(const DiscoveryQuestion& question,
                                                               std::vector<std::string> urls,
                                                               std::vector<std::string> issuers, Stance stance);
  Task<Result<std::optional<Discovered>>> ask_origin(const DiscoveryQuestion& question,
                                                     std::optional<ProtectedResource> resource);
  Task<Result<bool>> has_default_endpoints(const DiscoveryQuestion& question);
  Task<Result<Body>> get(std::string url, const DiscoveryQuestion& question, Stance stance);
  Task<Result<Body>> get_following(http::Url url, const DiscoveryQuestion& question, Stance stance);
  ProviderProfile profile_of(const std::string& issuer, const DiscoveryQuestion& question) const;
  Discovered finished(AuthorizationServer server, std::string resource, std::vector<std::string> scopes,
                      ProviderProfile profile) const;

  Fetcher& fetcher_;
  Time& time_;
  telemetry::Log& log_;
  const ProviderProfiles profiles_;
  MetadataCache cache_;
};

// The resource indicator of a server that publishes none: its URL without query, fragment and final slash, scheme and
// host in lower case (MCP 2026-07-28 "Canonical Server URI").
std::string canonical_resource(const http::Url& server);

}  // namespace jungle::oauth

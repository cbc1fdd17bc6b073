// What is particular about known authorization servers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "oauth/client_identity.h"

namespace jungle::oauth {

// Habits of one provider that its metadata does not tell. All of it is data (provider_profiles.json); an operator's own
// file comes first. Every member may be empty.
struct ProviderProfile {
  std::vector<std::string> hosts;  // Of upstream servers or issuers: "mcp.example.com", or "*.example.com".
  // Issuers that metadata of these hosts may name besides the one it was asked for: a deviation from RFC 8414 §3.3 that
  // somebody has vouched for.
  std::vector<std::string> issuers;
  std::string client_name;          // For dynamic registration.
  std::vector<std::string> scopes;  // Asked for in addition to what the server names.
  std::string endpoint_prefix;      // "/v1": put before paths of endpoints that do not begin with it.
  std::optional<ClientAuthMethod> auth_method;
  bool assume_s256 = false;       // Its metadata leaves code_challenge_methods_supported out, but S256 works.
  std::string registration_hint;  // For people: how to get a client there by hand.

  friend bool operator==(const ProviderProfile&, const ProviderProfile&) = default;
};

// Profiles in the order in which they are asked. A value, constant after construction.
class ProviderProfiles {
 public:
  ProviderProfiles() = default;

  // The file format: {"profiles":[{"hosts":["..."],...}]}. Strict: unknown members are mistakes.
  // kInvalidArgument names the profile and the member.
  static Result<ProviderProfiles> parse(std::string_view json);
  // Those that come with the program.
  static ProviderProfiles built_in();
  // `first`, then what is here.
  ProviderProfiles behind(ProviderProfiles first) const;

  // The first profile that knows the host of the issuer. If there is none, the first that knows the host of the
  // upstream server, without what would change what another host says: issuers, endpoint_prefix and assume_s256. An
  // empty profile if there is none either. Hosts are in lower case.
  ProviderProfile of(std::string_view issuer_host, std::string_view server_host) const;
  std::size_t size() const { return profiles_.size(); }

 private:
  const ProviderProfile* find(std::string_view host) const;

  std::vector<ProviderProfile> profiles_;
};

// `endpoint` with the prefix of `profile`, where it belongs.
std::string prefixed_endpoint(const ProviderProfile& profile, const std::string& endpoint);

}  // namespace jungle::oauth

#include "http/egress_guard.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace jungle::http {
namespace {

namespace ip = boost::asio::ip;

// Names of metadata services. They resolve to addresses that are refused anyway; a proxy resolves them out of sight.
constexpr std::array<std::string_view, 3> kMetadataNames{"metadata.google.internal", "metadata.goog",
                                                         "instance-data.ec2.internal"};

std::string_view without_final_dot(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return host;
}

Error refused(const Url& url, const std::string& why) {
  return Error{ErrorCode::kPermissionDenied, url.origin() + " must not be fetched: " + why, {}};
}

std::string_view describe(AddressScope scope) {
  switch (scope) {
    case AddressScope::kPublic:
      return "a public address";
    case AddressScope::kPrivate:
      return "an address of a private network";
    case AddressScope::kLoopback:
      return "an address of this machine";
    case AddressScope::kReserved:
      return "an address that no server has";
    case AddressScope::kLinkLocal:
      return "a link-local address or a cloud's metadata service";
  }
  return "an address";
}

bool may_reach(UrlSource source, AddressScope scope) {
  if (scope == AddressScope::kLinkLocal) return false;
  switch (source) {
    case UrlSource::kAdministrator:
      return true;
    case UrlSource::kPeer:
      return scope == AddressScope::kPublic;
    case UrlSource::kPrivatePeer:
      return scope == AddressScope::kPublic || scope == AddressScope::kPrivate;
    case UrlSource::kLoopbackPeer:
      return scope == AddressScope::kPublic || scope == AddressScope::kLoopback;
  }
  return false;
}

}  // namespace

Result<EgressGuard> EgressGuard::create(std::string_view allowed) {
  EgressGuard guard;
  for (const std::string& each : split(allowed, ',')) {
    const std::string entry = ascii_lower(trimmed(each));
    if (entry.empty()) continue;
    if (!guard.allow(entry)) {
      return Error{ErrorCode::kInvalidArgument,
                   "'" + shortened(entry, 80) + "' is no host name, address, network (such as 10.0.0.0/8) or *",
                   {}};
    }
  }
  return guard;
}

bool EgressGuard::allow(const std::string& entry) {
  if (entry == "*") return everything_ = true;
  if (const auto network = AddressNetwork::parse(entry)) {
    networks_.push_back(*network);
    return true;
  }
  // A number with a wrong prefix is no host either.
  if (entry.find('/') != std::string::npos) return false;
  const auto url = Url::parse("https://" + entry);
  if (!url || url->host() != entry) return false;
  hosts_.emplace_back(without_final_dot(entry));
  return true;
}

bool EgressGuard::is_allowed(const Url& url, const ip::address& address) const {
  if (everything_ || std::find(hosts_.begin(), hosts_.end(), without_final_dot(url.host())) != hosts_.end())
    return true;
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const AddressNetwork& network) { return network.contains(address); });
}

Result<void> EgressGuard::check(const Url& url, UrlSource source) const {
  const std::string_view host = without_final_dot(url.host());
  if (std::find(kMetadataNames.begin(), kMetadataNames.end(), host) != kMetadataNames.end())
    return refused(url, "it is a cloud's metadata service");
  if (const auto address = numeric_address(host)) {
    if (auto allowed = check(url, source, *address); !allowed) return allowed;
  }
  if (source == UrlSource::kAdministrator || url.is_tls()) return {};
  if (source == UrlSource::kLoopbackPeer && is_loopback_host(host)) return {};
  return refused(url, "a server named it, and then it must be https");
}

Result<void> EgressGuard::check(const Url& url, UrlSource source, const ip::address& address) const {
  const AddressScope scope = scope_of(address);
  if (may_reach(is_allowed(url, address) ? UrlSource::kAdministrator : source, scope)) return {};
  const std::string leads = "it leads to " + address.to_string() + ", " + std::string(describe(scope));
  if (scope == AddressScope::kLinkLocal) return refused(url, leads);
  return refused(url,
                 leads + ", and a server elsewhere named it; if it is meant to, name it in MCPJUNGLE_EGRESS_ALLOW");
}

}  // namespace jungle::http

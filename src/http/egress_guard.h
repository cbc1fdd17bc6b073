// Where fetches may lead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/result.h"
#include "http/address_scope.h"
#include "http/url.h"

namespace jungle::http {

// Who named a URL. What a peer names must not lead to places that the peer cannot reach itself (server-side request
// forgery; MCP security best practices), so a peer's own place counts.
enum class UrlSource : std::uint8_t {
  kAdministrator,  // Who registers servers: anywhere but link-local addresses.
  kPeer,           // A server on the internet, or one whose place is not known: https, and public addresses only.
  kPrivatePeer,    // A server in a private network: private addresses too.
  kLoopbackPeer,   // A server on this machine: loopback addresses too, where it may also be http.
};

// The rules for every URL that is fetched, wherever it came from: checked when a URL is stored, again before its host
// is looked up, and once more for the addresses of the answer, the only ones that are then dialled. Link-local
// addresses and the metadata services of clouds are out of bounds for everybody.
//
// A value, constant after construction. Knows no redirects: who follows one asks again. Where a proxy looks up the
// host, ConnectionPool asks for the addresses that this machine knows of, if it knows any.
class EgressGuard {
 public:
  EgressGuard() = default;  // Nothing is let through but what the rules say.

  // `allowed` (MCPJUNGLE_EGRESS_ALLOW) is a list of host names, addresses and networks (`sso.corp.example,
  // 10.20.0.0/16`) to which peers' URLs may lead wherever they are, by https; `*` is everything.
  // kInvalidArgument names the entry.
  static Result<EgressGuard> create(std::string_view allowed);

  // Before the host is looked up: the scheme, names of metadata services, addresses written as such.
  // kPermissionDenied says what is wrong, and names no more of the URL than its origin.
  Result<void> check(const Url& url, UrlSource source) const;
  // One address of its host. kPermissionDenied.
  Result<void> check(const Url& url, UrlSource source, const boost::asio::ip::address& address) const;

 private:
  bool allow(const std::string& entry);  // False if it is none.
  bool is_allowed(const Url& url, const boost::asio::ip::address& address) const;

  std::vector<std::string> hosts_;  // Lower case, without a final dot.
  std::vector<AddressNetwork> networks_;
  bool everything_ = false;
};

}  // namespace jungle::http

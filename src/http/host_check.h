// Who may be spoken to by which name: the guard against DNS rebinding and cross-site requests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jungle::http {

// Decides whether the Host and Origin of a request are acceptable. A web page may make its visitor's browser send
// requests to this machine: under a name of its own that resolves here (DNS rebinding: Host is that name), or across
// sites (Origin is the page's). Pure and immutable; callable from any thread. Does not authenticate anybody.
//
// Host (its port is never looked at: the page cannot choose it, and port mappings change it):
//   1. missing, empty, repeated by the caller or malformed: refused;
//   2. localhost, *.localhost (RFC 6761: never resolved by DNS), 127.0.0.0/8, [::1]: accepted;
//   3. a configured name: accepted. The machine's own host name is not, unless it is configured: what it is, and where
//      it resolves for a browser, may be up to the network (DHCP, mDNS, LLMNR), so a hostile one can rebind it;
//   4. any other IP address: accepted, unless we listen on loopback only (an address in Host was typed or configured by
//      somebody: rebinding needs a name);
//   5. any other name: refused.
// Origin:
//   1. absent: accepted (not a browser);
//   2. `null` or malformed: refused (sandboxed frames and local files send it);
//   3. the same host as Host, which passed: accepted;
//   4. http or https on a loopback name: accepted, whatever its port (development tools);
//   5. a configured host, or a configured origin: accepted;
//   6. everything else: refused.
struct HostPolicy {
  std::vector<std::string> hosts;    // Extra names or addresses, lower case, without a port: "gw.example.org".
  std::vector<std::string> origins;  // Extra origins, exactly: "https://app.example.org".
  bool loopback_only = true;         // We listen on loopback addresses only.
  bool any = false;                  // Accept everything: a proxy in front does this check.
};

// kPermissionDenied says what was refused and which setting allows it.
Result<void> check_host(const HostPolicy& policy, std::optional<std::string_view> host);
// `host` is the request's Host, checked before.
Result<void> check_origin(const HostPolicy& policy, std::optional<std::string_view> origin, std::string_view host);

// The host of a Host header's value or of an authority, in lower case, without port, brackets and final dot; nothing if
// it is malformed.
std::optional<std::string> host_of_authority(std::string_view authority);

}  // namespace jungle::http

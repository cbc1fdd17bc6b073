// Where an IP address leads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace jungle::http {

// How near an address is, as far as what may be fetched goes (IANA's special-purpose address registries).
enum class AddressScope : std::uint8_t {
  kPublic,     // Global unicast: a host on the internet.
  kPrivate,    // RFC 1918, carrier-grade NAT, unique local, benchmarking networks.
  kLoopback,   // This machine; the unspecified address too, since connecting to it ends here.
  kReserved,   // Multicast, documentation and whatever else no server has.
  kLinkLocal,  // 169.254.0.0/16, fe80::/10, and the addresses at which clouds hand out credentials.
};

// An IPv4 address inside an IPv6 one (mapped, compatible, translated, NAT64, 6to4) counts as itself. Never throws.
AddressScope scope_of(const boost::asio::ip::address& address);

// The address that `host` (no brackets, no port) spells: also as one number, in octal or hexadecimal, with fewer than
// four parts or with a final dot, since getaddrinfo understands all of that. Nothing if it is a name.
std::optional<boost::asio::ip::address> numeric_address(std::string_view host);

// Whether the first `bits` bits are the same. REQUIRES: bits <= 128.
bool share_prefix(const boost::asio::ip::address_v6::bytes_type& a, const boost::asio::ip::address_v6::bytes_type& b,
                  int bits);

// An address, or all that share its first bits.
class AddressNetwork {
 public:
  // "10.0.0.0/8", "fd00::/8", "192.0.2.7". Nothing if it is neither a network nor an address.
  static std::optional<AddressNetwork> parse(std::string_view text);
  bool contains(const boost::asio::ip::address& address) const;

 private:
  boost::asio::ip::address_v6::bytes_type bytes_{};  // IPv4 as IPv4-mapped.
  int prefix_ = 0;
};

}  // namespace jungle::http

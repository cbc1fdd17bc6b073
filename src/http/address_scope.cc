#include "http/address_scope.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "http/url.h"

namespace jungle::http {
namespace {

namespace ip = boost::asio::ip;
using V6Bytes = ip::address_v6::bytes_type;

struct V4Network {
  std::uint32_t network;
  int prefix;
  AddressScope scope;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

// The first match wins: https://www.iana.org/assignments/iana-ipv4-special-registry, and what clouds document.
constexpr std::array<V4Network, 21> kV4Networks{{
    {v4(0, 0, 0, 0), 8, AddressScope::kLoopback},  // RFC 1122 §3.2.1.3: "this host"; Linux connects to itself.
    {v4(127, 0, 0, 0), 8, AddressScope::kLoopback},
    {v4(169, 254, 0, 0), 16, AddressScope::kLinkLocal},
    {v4(100, 100, 100, 200), 32, AddressScope::kLinkLocal},  // Alibaba Cloud's metadata, within carrier-grade NAT.
    {v4(168, 63, 129, 16), 32, AddressScope::kLinkLocal},    // Azure's platform services, a public address.
    {v4(192, 0, 0, 192), 32, AddressScope::kLinkLocal},      // Oracle Cloud's metadata.
    {v4(10, 0, 0, 0), 8, AddressScope::kPrivate},
    {v4(100, 64, 0, 0), 10, AddressScope::kPrivate},  // RFC 6598.
    {v4(172, 16, 0, 0), 12, AddressScope::kPrivate},
    {v4(192, 168, 0, 0), 16, AddressScope::kPrivate},
    {v4(198, 18, 0, 0), 15, AddressScope::kPrivate},  // RFC 2544; proxies that fake DNS answers use it too.
    {v4(192, 0, 0, 0), 24, AddressScope::kReserved},
    {v4(192, 0, 2, 0), 24, AddressScope::kReserved},
    {v4(192, 31, 196, 0), 24, AddressScope::kReserved},
    {v4(192, 52, 193, 0), 24, AddressScope::kReserved},
    {v4(192, 88, 99, 0), 24, AddressScope::kReserved},
    {v4(192, 175, 48, 0), 24, AddressScope::kReserved},
    {v4(198, 51, 100, 0), 24, AddressScope::kReserved},
    {v4(203, 0, 113, 0), 24, AddressScope::kReserved},
    {v4(224, 0, 0, 0), 4, AddressScope::kReserved},
    {v4(240, 0, 0, 0), 4, AddressScope::kReserved},
}};

AddressScope scope_of_v4(std::uint32_t address) {
  for (const V4Network& each : kV4Networks) {
    if ((address ^ each.network) >> (32 - each.prefix) == 0) return each.scope;
  }
  return AddressScope::kPublic;
}

std::uint32_t v4_at(const V6Bytes& bytes, std::size_t at) {
  return v4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

struct V6Network {
  V6Bytes network;
  int prefix;
  AddressScope scope;
};

// https://www.iana.org/assignments/iana-ipv6-special-registry, and what clouds document.
constexpr std::array<V6Network, 10> kV6Networks{{
    {{0xfe, 0x80}, 10, AddressScope::kLinkLocal},
    {{0xfd, 0x00, 0x0e, 0xc2}, 32, AddressScope::kLinkLocal},                                          // Amazon EC2.
    {{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, AddressScope::kLinkLocal},  // Google Cloud.
    {{0xfd, 0x00, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42}, 128, AddressScope::kLinkLocal},     // Scaleway.
    {{0xfc}, 7, AddressScope::kPrivate},                                                               // RFC 4193.
    {{0xfe, 0xc0}, 10, AddressScope::kPrivate},                          // RFC 3879: the old site-local ones.
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, AddressScope::kPrivate},  // RFC 8215: local-use NAT64.
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressScope::kReserved},             // Documentation.
    {{0x3f, 0xff}, 20, AddressScope::kReserved},                         // RFC 9637: documentation.
    {{0x20, 0x01, 0x00, 0x00}, 23, AddressScope::kReserved},             // Teredo, ORCHID, benchmarking.
}};

// Where the IPv4 address lies that an IPv6 address stands for.
std::optional<std::size_t> embedded_v4_at(const V6Bytes& bytes) {
  struct Form {
    V6Bytes prefix;
    int bits;
    std::size_t at;
  };
  constexpr std::array<Form, 5> kForms{{
      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // RFC 4291 §2.5.5.2: mapped.
      {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},        // RFC 2765: translated.
      {{0, 0x64, 0xff, 0x9b}, 96, 12},                       // RFC 6052: NAT64.
      {{0x20, 0x02}, 16, 2},                                 // RFC 3056: 6to4.
      {{}, 96, 12},                                          // RFC 4291 §2.5.5.1: compatible.
  }};
  for (const Form& form : kForms) {
    if (share_prefix(bytes, form.prefix, form.bits)) return form.at;
  }
  return std::nullopt;
}

AddressScope scope_of_v6(const ip::address_v6& address) {
  if (address.is_loopback() || address.is_unspecified()) return AddressScope::kLoopback;
  const V6Bytes bytes = address.to_bytes();
  if (const auto at = embedded_v4_at(bytes)) return scope_of_v4(v4_at(bytes, *at));
  for (const V6Network& each : kV6Networks) {
    if (share_prefix(bytes, each.network, each.prefix)) return each.scope;
  }
  // RFC 4291 §2.4 and IANA: only 2000::/3 is given out.
  return bytes[0] >> 5 == 1 ? AddressScope::kPublic : AddressScope::kReserved;
}

V6Bytes mapped(const ip::address& address) {
  return address.is_v6() ? address.to_v6().to_bytes() : ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

}  // namespace

bool share_prefix(const V6Bytes& a, const V6Bytes& b, int bits) {
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    if ((a[i] ^ b[i]) >> (8 - std::min(bits, 8)) != 0) return false;
  }
  return true;
}

AddressScope scope_of(const ip::address& address) {
  return address.is_v4() ? scope_of_v4(address.to_v4().to_uint()) : scope_of_v6(address.to_v6());
}

std::optional<ip::address> numeric_address(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  const std::string text(host);
  if (is_ipv6_address(text)) return ip::make_address_v6(text);
  // inet_aton stops at white space.
  if (text.find_first_of(std::string_view(" \t\n\v\f\r\0", 7)) != std::string::npos) return std::nullopt;
  in_addr address{};
  if (::inet_aton(text.c_str(), &address) == 0) return std::nullopt;
  return ip::address_v4(ntohl(address.s_addr));
}

std::optional<AddressNetwork> AddressNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = numeric_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int bits = address->is_v4() ? 32 : 128;
  int prefix = bits;
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data() + slash + 1, end, prefix);
    if (ec != std::errc() || stop != end || prefix < 0 || prefix > bits) return std::nullopt;
  }
  AddressNetwork network;
  network.bytes_ = mapped(*address);
  network.prefix_ = prefix + 128 - bits;
  return network;
}

bool AddressNetwork::contains(const ip::address& address) const {
  return share_prefix(mapped(address), bytes_, prefix_);
}

}  // namespace jungle::http

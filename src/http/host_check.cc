#include "http/host_check.h"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

#include "base/text.h"
#include "http/url.h"

namespace jungle::http {
namespace {

constexpr std::size_t kHostBytesMax = 255;  // RFC 1035 §2.3.4.

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  return ec == std::errc() && end == text.data() + text.size();
}

bool is_loopback(std::string_view host) {
  constexpr std::string_view kLocalhost = ".localhost";
  if (host.size() > kLocalhost.size() && host.substr(host.size() - kLocalhost.size()) == kLocalhost) return true;
  return is_loopback_host(host);
}

bool is_address(const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  return !ec;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::optional<std::string> host_of_authority(std::string_view authority) {
  std::string_view host = authority;
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    const std::string_view rest = authority.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    port = rest.empty() ? rest : rest.substr(1);
    if (!is_ipv6_address(host) || (!port.empty() && !is_port(port))) return std::nullopt;
    return boost::asio::ip::make_address_v6(host).to_string();  // One spelling for each address.
  }
  if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
    if (!port.empty() && !is_port(port)) return std::nullopt;
  }
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > kHostBytesMax) return std::nullopt;
  if (!std::all_of(host.begin(), host.end(), is_name_byte)) return std::nullopt;
  if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos) return std::nullopt;
  return ascii_lower(host);
}

Result<void> check_host(const HostPolicy& policy, std::optional<std::string_view> host) {
  if (policy.any) return {};
  const auto name = host ? host_of_authority(*host) : std::nullopt;
  if (!name) return Error{ErrorCode::kPermissionDenied, "the Host header is missing or malformed", {}};
  if (is_loopback(*name) || contains(policy.hosts, *name)) return {};
  if (!policy.loopback_only && is_address(*name)) return {};
  return Error{ErrorCode::kPermissionDenied,
               "this gateway is not called '" + *name +
                   "'; add the name to its allowed hosts if it should be (protection against DNS rebinding)",
               {}};
}

Result<void> check_origin(const HostPolicy& policy, std::optional<std::string_view> origin, std::string_view host) {
  if (policy.any || !origin) return {};
  if (contains(policy.origins, *origin)) return {};
  const auto separator = origin->find("://");
  const std::string_view scheme =
      separator == std::string_view::npos ? std::string_view() : origin->substr(0, separator);
  const auto name = scheme.empty() ? std::nullopt : host_of_authority(origin->substr(separator + 3));
  const bool is_web = equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
  if (name && is_web) {
    if (is_loopback(*name) || contains(policy.hosts, *name)) return {};
    if (name == host_of_authority(host)) return {};
  }
  return Error{ErrorCode::kPermissionDenied,
               "requests from the web page origin '" + shortened(*origin, 200) +
                   "' are refused; add it to the allowed origins if it should be trusted",
               {}};
}

}  // namespace jungle::http

#include "http/url.h"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

#include "base/text.h"

namespace jungle::http {
namespace {

constexpr std::size_t kUrlBytesMax = 8 * 1024;  // Common servers refuse longer request lines.
constexpr std::size_t kHostBytesMax = 255;      // RFC 1035 §2.3.4.

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
// Letters, digits and what DNS names hold in practice. Percent-encoding has no business in a host.
bool is_host_byte(char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 3986 §3.3 and §3.4: pchar, "/" and "?", with complete percent-encodings.
bool is_target(std::string_view text) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/?%[]";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_letter_or_digit(text[i]) && kAllowed.find(text[i]) == std::string_view::npos) return false;
    if (text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
  }
  return true;
}

struct Authority {
  std::string host;  // Lower case, without brackets.
  std::uint16_t port = 0;
};

bool parse_port(std::string_view text, std::uint16_t& port) {
  if (text.empty()) return true;  // "host:" means the default.
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  return ec == std::errc() && end == text.data() + text.size() && port != 0;
}

// RFC 3986 §3.2, without user information.
bool parse_authority(std::string_view text, Authority& authority) {
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    authority.host = ascii_lower(text.substr(1, end - 1));
    if (!is_ipv6_address(authority.host)) return false;
    rest = text.substr(end + 1);
  } else {
    const std::string_view host = text.substr(0, text.find(':'));
    if (host.empty() || host.size() > kHostBytesMax || !std::all_of(host.begin(), host.end(), is_host_byte))
      return false;
    authority.host = ascii_lower(host);
    rest = text.substr(host.size());
  }
  if (rest.empty()) return true;
  return rest.front() == ':' && parse_port(rest.substr(1), authority.port);
}

// RFC 3986 §5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // With its leading slash.
    path.remove_prefix(end);
    if (segment == "/.") {
      if (path.empty()) out += '/';
    } else if (segment == "/..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
      if (path.empty()) out += '/';
    } else {
      out.append(segment);
    }
  }
  return out;
}

Error invalid_url(std::string_view text) {
  return Error{
      ErrorCode::kInvalidArgument, "invalid url: '" + shortened(text, 200) + "' must be a valid http or https url", {}};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (text.size() > kUrlBytesMax || scheme_end == std::string_view::npos) return invalid_url(text);
  const std::string_view scheme = text.substr(0, scheme_end);
  Url url;
  url.text_ = text;
  url.is_tls_ = equals_ignoring_case(scheme, "https");
  if (!url.is_tls_ && !equals_ignoring_case(scheme, "http")) return invalid_url(text);

  const std::string_view rest = text.substr(scheme_end + 3);
  const std::string_view authority_text = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view with_fragment = rest.substr(authority_text.size());
  const std::string_view target = with_fragment.substr(0, with_fragment.find('#'));
  Authority authority;
  if (!parse_authority(authority_text, authority) || !is_target(target)) return invalid_url(text);

  const std::uint16_t default_port = url.is_tls_ ? 443 : 80;
  url.host_ = std::move(authority.host);
  url.port_ = authority.port == 0 ? default_port : authority.port;
  url.authority_ = authority_text;
  if (target.empty() || target.front() == '?') url.target_ = "/";
  url.target_ += target;
  const bool is_ipv6 = authority_text.front() == '[';
  url.origin_ = std::string(url.scheme()) + "://" + (is_ipv6 ? "[" + url.host_ + "]" : url.host_);
  if (url.port_ != default_port) url.origin_ += ":" + std::to_string(url.port_);
  return url;
}

std::string_view Url::query() const {
  const auto mark = target_.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
}

bool Url::host_is_loopback() const { return is_loopback_host(host_); }

Result<Url> Url::resolve(std::string_view reference) const {
  const std::string_view own_path = path();
  // A colon before any slash means a scheme.
  const auto colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?#")) return parse(reference);
  if (reference.substr(0, 2) == "//") return parse(std::string(scheme()) + ":" + std::string(reference));
  const std::string base = std::string(scheme()) + "://" + authority_;
  if (reference.empty() || reference.front() == '#') return parse(base + target_);
  if (reference.front() == '?') return parse(base + std::string(own_path) + std::string(reference));
  const std::string_view reference_path = reference.substr(0, reference.find_first_of("?#"));
  const std::string_view folder =
      reference.front() == '/' ? std::string_view() : own_path.substr(0, own_path.rfind('/') + 1);
  const std::string merged = std::string(folder) + std::string(reference_path);
  return parse(base + without_dot_segments(merged) + std::string(reference.substr(reference_path.size())));
}

bool is_ipv6_address(std::string_view text) {
  // make_address would stop at a NUL, and take a zone.
  constexpr std::string_view kAllowed = "0123456789abcdefABCDEF:.";
  if (text.find_first_not_of(kAllowed) != std::string_view::npos) return false;
  boost::system::error_code ec;
  boost::asio::ip::make_address_v6(text, ec);
  return !ec;
}

bool is_loopback_host(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (equals_ignoring_case(host, "localhost")) return true;
  if (host.find('\0') != std::string_view::npos) return false;  // make_address would stop there.
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  return !ec && address.is_loopback();
}

}  // namespace jungle::http

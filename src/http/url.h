// Absolute http and https URLs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jungle::http {

// An absolute http or https URL with a host: what a request can be sent to. A value; every accessor borrows from it.
// User information (`user:password@`) is refused: credentials do not belong into a URL that is stored and logged.
class Url {
 public:
  // kInvalidArgument: `invalid url: 'X' must be a valid http or https url`.
  static Result<Url> parse(std::string_view text);

  std::string_view scheme() const { return is_tls_ ? "https" : "http"; }
  bool is_tls() const { return is_tls_; }
  // What to connect to: a name in lower case or an address, without the brackets of an IPv6 address.
  const std::string& host() const { return host_; }
  std::uint16_t port() const { return port_; }
  // Host and port exactly as they were written: the value of the Host header.
  const std::string& authority() const { return authority_; }
  // Path and query as they were written, "/" if there is neither: the target of the request line.
  const std::string& target() const { return target_; }
  std::string_view path() const { return std::string_view(target_).substr(0, target_.find('?')); }
  std::string_view query() const;  // Without the question mark.
  // `scheme://host[:port]`, normalized, the port left out if it is the default one (RFC 6454 §6.2).
  const std::string& origin() const { return origin_; }
  const std::string& str() const { return text_; }  // As it was written.
  bool host_is_loopback() const;                    // localhost in any case, 127.0.0.0/8, ::1.

  // Where `reference` leads from here (RFC 3986 §5), itself checked like any URL.
  Result<Url> resolve(std::string_view reference) const;

  friend bool operator==(const Url& a, const Url& b) { return a.text_ == b.text_; }

 private:
  Url() = default;

  std::string text_;
  std::string host_;
  std::string authority_;
  std::string target_;
  std::string origin_;
  std::uint16_t port_ = 0;
  bool is_tls_ = false;
};

// Whether `host` (no brackets, no port) names this machine's loopback interface: localhost in any case, with or
// without a final dot, 127.0.0.0/8, ::1. Other spellings of numbers ("2130706433") are not recognized.
bool is_loopback_host(std::string_view host);
// Whether `text` is an IPv6 address: without brackets, port and zone.
bool is_ipv6_address(std::string_view text);

}  // namespace jungle::http

// What TLS connections to upstreams have in common.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boost::asio::ssl {
class context;
}

namespace jungle::http {

struct TlsOptions {
  std::string extra_ca_pem;  // Certificates to trust besides the system's, PEM. May be empty.
};

// The trusted authorities and the protocol versions (1.2 and later) of client connections; certificates and host names
// are always verified. A handle: copies are the same context. May be used by all workers at once.
class TlsContext {
 public:
  // kInternal: OpenSSL cannot be set up. kInvalidArgument: `extra_ca_pem` is not a certificate.
  static Result<TlsContext> create(const TlsOptions& options);
  // Reads the system's authorities when it is first called: that takes tens of milliseconds, and many gateways never
  // speak TLS.
  boost::asio::ssl::context& native() const;

  // The same with the authorities of a PEM file besides, as it is now; this one if `ca_file` is empty. One context for
  // as long as the file does not change. Reads the file: for new connections, not for requests. kUnavailable names the
  // file, and says what is wrong with it.
  Result<TlsContext> with_authorities_of(const std::string& ca_file) const;

  // Whether both are one context: a connection made with one of them may serve the other.
  friend bool operator==(const TlsContext& a, const TlsContext& b) { return a.state_ == b.state_; }

 private:
  struct State;
  explicit TlsContext(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

// Why a handshake failed, for people: "its certificate has expired". `verify_result` is what SSL_get_verify_result
// says, `reason` OpenSSL's own words for everything else.
std::string describe_tls_failure(long verify_result, std::string_view reason);

}  // namespace jungle::http

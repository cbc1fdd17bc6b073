// Certificates made on the spot.
#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>

namespace jungle::http::testing {

struct CertificateOptions {
  std::string dns_name = "localhost";  // Subject alternative name; empty: none.
  std::string ip_address = "127.0.0.1";
  long valid_from_s = -3600;  // Seconds from now.
  long valid_until_s = 3600;
};

// A self-signed certificate and its key, PEM.
struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};
Certificate make_certificate(const CertificateOptions& options);

// A server's context that presents it.
boost::asio::ssl::context make_tls_server(const Certificate& certificate);

}  // namespace jungle::http::testing

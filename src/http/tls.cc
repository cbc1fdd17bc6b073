#include "http/tls.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include <boost/asio/ssl/context.hpp>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guarded.h"
#include "http/limits.h"

namespace jungle::http {

namespace ssl = boost::asio::ssl;

namespace {

Error bad_ca_file(const std::string& path, const std::string& why) {
  return Error{ErrorCode::kUnavailable, "ca_file '" + path + "': " + why, {}};
}

// A regular file: a pipe or a device would hold the thread.
Result<std::string> read_ca_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return bad_ca_file(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  const bool is_file = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  std::string text(kCaFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (is_file && size < text.size()) {
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(fd);
  if (!is_file) return bad_ca_file(path, "it is no file");
  if (size > kCaFileBytesMax) return bad_ca_file(path, "it is over " + std::to_string(kCaFileBytesMax) + " bytes");
  text.resize(size);
  return text;
}

}  // namespace

struct TlsContext::State {
  struct Derived {
    std::string pem;
    TlsContext context;
  };

  ssl::context context{ssl::context::tls_client};
  std::once_flag authorities_loaded;
  Guarded<std::map<std::string, Derived>> derived;  // By the path of their file.
};

TlsContext::TlsContext(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<TlsContext> TlsContext::create(const TlsOptions& options) {
  boost::system::error_code ec;
  auto state = std::make_shared<State>();
  ssl::context& context = state->context;
  context.set_verify_mode(ssl::verify_peer, ec);
  if (ec || SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) != 1)
    return Error{ErrorCode::kInternal, "TLS cannot be set up", ec.message()};
  if (!options.extra_ca_pem.empty()) {
    context.add_certificate_authority(boost::asio::buffer(options.extra_ca_pem), ec);
    if (ec) {
      return Error{ErrorCode::kInvalidArgument, "the extra certificate authority is not a PEM certificate",
                   ec.message()};
    }
  }
  return TlsContext(std::move(state));
}

Result<TlsContext> TlsContext::with_authorities_of(const std::string& ca_file) const {
  if (ca_file.empty()) return *this;
  auto pem = read_ca_file(ca_file);
  if (!pem) return pem.error();
  return state_->derived.with([&](auto& derived) -> Result<TlsContext> {
    const auto found = derived.find(ca_file);
    if (found != derived.end() && found->second.pem == *pem) return found->second.context;
    auto made = create(TlsOptions{*pem});
    if (!made || pem->empty()) return bad_ca_file(ca_file, "it holds no certificates (PEM)");
    derived.insert_or_assign(ca_file, State::Derived{std::move(*pem), *made});
    return made;
  });
}

ssl::context& TlsContext::native() const {
  std::call_once(state_->authorities_loaded, [this] {
    // Without authorities every handshake fails, and says that the certificate is not trusted.
    boost::system::error_code ignored;
    state_->context.set_default_verify_paths(ignored);
  });
  return state_->context;
}

std::string describe_tls_failure(long verify_result, std::string_view reason) {
  switch (verify_result) {
    case X509_V_OK:
      return "the TLS handshake failed (" + std::string(reason) + ")";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet; is the clock right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for another host name";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its certificate is self-signed, and not trusted by this machine";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its certificate is signed by an authority that this machine does not trust";
    default:
      return std::string("its certificate is not accepted (") + X509_verify_cert_error_string(verify_result) + ")";
  }
}

}  // namespace jungle::http

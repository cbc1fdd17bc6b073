#include "http/testing/certificate.h"

#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace jungle::http::testing {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(bytes));
}

void add_names(X509* certificate, const CertificateOptions& options) {
  std::string names;
  if (!options.dns_name.empty()) names += "DNS:" + options.dns_name;
  if (!options.ip_address.empty()) names += (names.empty() ? "IP:" : ",IP:") + options.ip_address;
  if (names.empty()) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  require(extension, "subject alternative name");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Certificate make_certificate(const CertificateOptions& options) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  require(key.get(), "key");
  const X509Ptr certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_until_s);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_names(certificate.get(), options);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");

  const Bio certificate_out(BIO_new(BIO_s_mem()), &BIO_free);
  const Bio key_out(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_X509(certificate_out.get(), certificate.get()) == 1, "certificate");
  require(PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "key");
  Certificate made;
  made.certificate_pem = text_of(certificate_out.get());
  made.key_pem = text_of(key_out.get());
  return made;
}

boost::asio::ssl::context make_tls_server(const Certificate& certificate) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_server);
  context.use_certificate_chain(boost::asio::buffer(certificate.certificate_pem));
  context.use_private_key(boost::asio::buffer(certificate.key_pem), ssl::context::pem);
  return context;
}

}  // namespace jungle::http::testing

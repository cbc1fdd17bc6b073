#include "http/tls.h"

#include <filesystem>
#include <fstream>

#include <openssl/x509_vfy.h>
#include <unistd.h>

#include "http/testing/certificate.h"
#include "http/testing/client_fixture.h"

namespace jungle::http {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using testing::CallOutcome;
using testing::CertificateOptions;

class TlsTest : public testing::ClientTest {
 protected:
  // Calls a server that presents such a certificate, which the client trusts or not.
  CallOutcome call_with(const CertificateOptions& options, bool is_trusted, const std::string& host = "127.0.0.1") {
    const testing::Certificate certificate = testing::make_certificate(options);
    auto server = testing::make_tls_server(certificate);
    testing::HttpImposter imposter(context_, &time_, &server);
    imposter.when_anything().reply(testing::json("secret"));
    TlsOptions tls;
    if (is_trusted) tls.extra_ca_pem = certificate.certificate_pem;
    tls_ = *TlsContext::create(tls);
    std::string large(100'000, 'x');
    const std::string url = "https://" + host + ":" + std::to_string(imposter.port()) + "/";
    CallOutcome got = call(url, large);
    if (!got.error) {
      EXPECT_EQ(large, imposter.requests().at(0).body);
      got = call(url, "again");
      EXPECT_EQ(1, imposter.accepted_count());
    } else {
      EXPECT_EQ(FailurePhase::kNotSent, got.phase);
      EXPECT_TRUE(imposter.requests().empty());
    }
    authority_ = host + ":" + std::to_string(imposter.port());
    stop_client();
    return got;
  }
  std::string authority_;
};

TEST_F(TlsTest, TalksToAServerItTrusts) {
  EXPECT_EQ("secret", call_with(CertificateOptions(), true).body);
  EXPECT_EQ("secret", call_with(CertificateOptions(), true, "localhost").body);
}

TEST_F(TlsTest, RefusesACertificateNobodySigned) {
  const CallOutcome got = call_with(CertificateOptions(), false);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
  EXPECT_EQ("no TLS connection to " + authority_ + ": its certificate is self-signed, and not trusted by this machine",
            got.error->message);
}

TEST_F(TlsTest, RefusesACertificateOfAnotherHost) {
  CertificateOptions options;
  options.dns_name = "other.example";
  options.ip_address = "";
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const CallOutcome got = call_with(options, true, host);
    ASSERT_TRUE(got.error);
    EXPECT_EQ("no TLS connection to " + authority_ + ": its certificate is for another host name", got.error->message);
  }
}

TEST_F(TlsTest, RefusesAnExpiredCertificate) {
  CertificateOptions options;
  options.valid_from_s = -7200;
  options.valid_until_s = -3600;
  const CallOutcome got = call_with(options, true);
  ASSERT_TRUE(got.error);
  EXPECT_EQ("no TLS connection to " + authority_ + ": its certificate has expired", got.error->message);
}

TEST_F(TlsTest, SaysThatAServerDoesNotSpeakTls) {
  Acceptor acceptor(context_.get_executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  auto answer_plainly = [](Acceptor& from) -> Task<void> {
    auto [ec, socket] = co_await from.async_accept(asio::as_tuple(use_task));
    const std::string_view text = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const auto answer = asio::buffer(text);
    auto [write_ec, written] = co_await asio::async_write(socket, answer, asio::as_tuple(use_task));
    EXPECT_FALSE(write_ec);
    std::array<char, 1000> some;  // The client's part: closing with it unread would be a reset.
    const auto room = asio::buffer(some);
    auto [read_ec, count] = co_await socket.async_read_some(room, asio::as_tuple(use_task));
    EXPECT_FALSE(read_ec);
  };
  calls_.spawn(answer_plainly(acceptor));
  const std::string authority = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  const CallOutcome got = call("https://" + authority + "/");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(ErrorCode::kUnavailable, got.error->code);
  EXPECT_EQ(0u, got.error->message.find("no TLS connection to " + authority + ": the TLS handshake failed"));
}

TEST_F(TlsTest, GivesUpOnAServerThatNeverShakesHands) {
  Acceptor silent(context_.get_executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  CallOutcome got;
  begin_call("https://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/", kNever, got);
  time_.run_ready();
  advance(kTlsHandshakeTime + Millis(300));
  EXPECT_TRUE(run_until([&] { return got.done; }));
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, got.error->code);
}

TEST_F(TlsTest, RefusesAnAuthorityThatIsNone) {
  TlsOptions options;
  options.extra_ca_pem = "not a certificate";
  const auto made = TlsContext::create(options);
  ASSERT_FALSE(made);
  EXPECT_EQ(ErrorCode::kInvalidArgument, made.error().code);
}

// Servers that a system's authorities do not vouch for.
class CaFileTest : public testing::ClientTest {
 protected:
  CaFileTest() : server_(testing::make_tls_server(certificate_)), imposter_(context_, &time_, &server_) {
    imposter_.when_anything().reply(testing::json("secret"));
    std::filesystem::create_directory(folder_);
  }
  ~CaFileTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }
  CallOutcome call_trusting(const std::string& ca_file) {
    ca_file_ = ca_file;
    return call(imposter_.url());
  }

  const testing::Certificate certificate_ = testing::make_certificate(CertificateOptions());
  asio::ssl::context server_;
  testing::HttpImposter imposter_;
  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / ("ca_file_test_" + std::to_string(::getpid()));
};

TEST_F(CaFileTest, IsTrustedByRequestsThatNameItAlone) {
  const std::string file = write("ca.pem", certificate_.certificate_pem);
  EXPECT_EQ("secret", call_trusting(file).body);
  EXPECT_EQ("secret", call_trusting(file).body);
  EXPECT_EQ(1, imposter_.accepted_count());
  const CallOutcome plain = call_trusting("");
  ASSERT_TRUE(plain.error);
  EXPECT_NE(std::string::npos, plain.error->message.find("self-signed")) << "its connections are not for others";
  EXPECT_EQ(2u, imposter_.requests().size());
}

TEST_F(CaFileTest, IsOneContextUntilTheFileChanges) {
  const std::string file = write("ca.pem", certificate_.certificate_pem);
  const TlsContext first = tls_->with_authorities_of(file).value();
  EXPECT_TRUE(first == tls_->with_authorities_of(file).value());
  EXPECT_FALSE(first == *tls_);
  EXPECT_TRUE(*tls_ == tls_->with_authorities_of("").value());
  write("ca.pem", testing::make_certificate(CertificateOptions()).certificate_pem);
  EXPECT_FALSE(first == tls_->with_authorities_of(file).value());
}

TEST_F(CaFileTest, SaysWhatIsWrongWithIt) {
  const auto why_not = [&](const std::string& path) { return tls_->with_authorities_of(path).error().message; };
  const std::string none = folder_ / "none.pem";
  EXPECT_EQ("ca_file '" + none + "': cannot be read: No such file or directory", why_not(none));
  EXPECT_EQ("ca_file '" + none + "': cannot be read: No such file or directory", call_trusting(none).error->message);
  EXPECT_EQ("ca_file '" + folder_.string() + "': it is no file", why_not(folder_));
  EXPECT_EQ("ca_file '/dev/zero': it is no file", why_not("/dev/zero"));
  for (const std::string& text : {std::string(), std::string("hunter2"), certificate_.key_pem}) {
    const std::string bad = write("bad.pem", text);
    EXPECT_EQ("ca_file '" + bad + "': it holds no certificates (PEM)", why_not(bad));
  }
  const std::string large = write("large.pem", certificate_.certificate_pem + std::string(kCaFileBytesMax, '\n'));
  EXPECT_EQ("ca_file '" + large + "': it is over 1048576 bytes", why_not(large));
}

TEST(TlsFailureTest, HasWordsForEveryReason) {
  EXPECT_EQ("the TLS handshake failed (alert)", describe_tls_failure(X509_V_OK, "alert"));
  EXPECT_EQ("its certificate is signed by an authority that this machine does not trust",
            describe_tls_failure(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, ""));
  EXPECT_EQ("its certificate is not accepted (certificate revoked)", describe_tls_failure(X509_V_ERR_CERT_REVOKED, ""));
}

}  // namespace
}  // namespace jungle::http

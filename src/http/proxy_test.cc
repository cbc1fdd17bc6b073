// Requests that go through a proxy.
#include <string>

#include <boost/asio/ip/host_name.hpp>

#include "http/testing/certificate.h"
#include "http/testing/client_fixture.h"

namespace jungle::http {
namespace {

using namespace std::chrono_literals;
using testing::CallOutcome;
using testing::Reply;

// The imposter is the proxy, and every server behind it.
class ProxyTest : public testing::ClientTest {
 protected:
  ProxyTest() {
    imposter_.when_anything().reply(testing::json("from the server"));
    use(imposter_.authority());
  }
  void use(const std::string& proxy) {
    options_.proxies = *Proxies::create({{"HTTPS_PROXY", proxy}, {"HTTP_PROXY", proxy}, "direct.invalid"});
  }
  void trust_tunnels() {
    testing::CertificateOptions names;
    names.dns_name = "up.invalid";
    const testing::Certificate certificate = testing::make_certificate(names);
    server_tls_ = testing::make_tls_server(certificate);
    imposter_.tunnel_to(*server_tls_);
    Reply established;
    established.bytes = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n";
    imposter_.when("CONNECT", "").reply(established);
    tls_ = *TlsContext::create(TlsOptions{certificate.certificate_pem});
  }
  std::string proxy_named(const std::string& setting) const {
    return "the proxy " + imposter_.authority() + " (" + setting + ")";
  }
  // What comes of an answer to CONNECT. The request itself is never sent.
  Error refused_tunnel(Reply reply) {
    imposter_.when("CONNECT", "").reply(std::move(reply));
    headers_ = {{"Authorization", "Bearer s3cret"}};
    const CallOutcome got = call("https://up.invalid/", "body");
    EXPECT_TRUE(got.error);
    EXPECT_EQ(FailurePhase::kNotSent, got.phase);
    for (const auto& request : imposter_.requests()) {
      EXPECT_EQ("CONNECT", request.method);
      EXPECT_FALSE(request.has_header("authorization"));
    }
    return got.error.value_or(Error());
  }

  std::optional<asio::ssl::context> server_tls_;
};

TEST_F(ProxyTest, AsksForHttpUrlsInAbsoluteForm) {
  headers_ = {{"X-A", "b"}};
  EXPECT_EQ("from the server", call("http://up.invalid:8080/mcp?x=1", "hello").body);
  EXPECT_EQ("from the server", call("http://up.invalid:8080/mcp", "again").body);
  EXPECT_EQ(
      "POST http://up.invalid:8080/mcp?x=1 HTTP/1.1\r\nHost: up.invalid:8080\r\nX-A: b\r\nContent-Length: 5\r\n\r\n",
      imposter_.requests().at(0).head);
  EXPECT_EQ(1, imposter_.accepted_count());
}

TEST_F(ProxyTest, PresentsItsCredentialToTheProxyAlone) {
  trust_tunnels();
  use("http://u:p@" + imposter_.authority());
  EXPECT_EQ("from the server", call("http://up.invalid/").body);
  EXPECT_EQ("from the server", call("https://up.invalid/").body);
  const auto seen = imposter_.requests();
  ASSERT_EQ(3u, seen.size());
  EXPECT_EQ("Basic dTpw", seen[0].header("proxy-authorization"));
  EXPECT_EQ("CONNECT", seen[1].method);
  EXPECT_EQ("Basic dTpw", seen[1].header("proxy-authorization"));
  EXPECT_FALSE(seen[2].has_header("proxy-authorization"));
}

TEST_F(ProxyTest, TunnelsToHttpsServersAndKeepsTheConnection) {
  trust_tunnels();
  headers_ = {{"Authorization", "Bearer s3cret"}};
  EXPECT_EQ("from the server", call("https://up.invalid/mcp", "1").body);
  EXPECT_EQ("from the server", call("https://up.invalid/mcp", "2").body);
  const auto seen = imposter_.requests();
  ASSERT_EQ(3u, seen.size());
  EXPECT_EQ("CONNECT up.invalid:443 HTTP/1.1\r\nHost: up.invalid:443\r\n\r\n", seen[0].head);
  EXPECT_EQ("/mcp", seen[1].target);
  EXPECT_EQ("up.invalid", seen[1].header("host"));
  EXPECT_EQ(1, imposter_.accepted_count());
}

TEST_F(ProxyTest, AServerBehindAProxyMustProveItself) {
  trust_tunnels();
  const CallOutcome got = call("https://other.invalid/");
  ASSERT_TRUE(got.error);
  EXPECT_EQ("no TLS connection to other.invalid through " + proxy_named("HTTPS_PROXY") +
                ": its certificate is for another host name",
            got.error->message);
}

TEST_F(ProxyTest, LeavesItOutWhereItIsToldTo) {
  const CallOutcome got = call("http://direct.invalid/");
  EXPECT_EQ("no such host: 'direct.invalid' could not be found", got.error.value().message);
  EXPECT_EQ(200, call(imposter_.url()).status);  // Loopback.
  EXPECT_EQ("/", imposter_.requests().at(0).target);
}

TEST_F(ProxyTest, SaysThatTheProxyWantsOtherCredentials) {
  const std::string wants =
      proxy_named("HTTPS_PROXY") + " wants credentials (HTTP 407): put them into HTTPS_PROXY, http://";
  EXPECT_EQ(0u, refused_tunnel(testing::text("", 407)).message.find(wants));
  imposter_.when("POST", "").reply(testing::text("", 407));
  use("http://u:hunter2@" + imposter_.authority());
  stop_client();
  const CallOutcome got = call("http://up.invalid/");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(proxy_named("HTTP_PROXY") + " does not accept the credentials of HTTP_PROXY (HTTP 407)",
            got.error->message);
}

TEST_F(ProxyTest, SaysWhatTheProxyMadeOfIt) {
  for (const int status : {302, 403, 502})
    EXPECT_EQ(
        proxy_named("HTTPS_PROXY") + " did not connect to up.invalid:443: it answered HTTP " + std::to_string(status),
        refused_tunnel(testing::text("<h1>no</h1>", status)).message);
  EXPECT_EQ(proxy_named("HTTPS_PROXY") + " closed the connection before answering",
            refused_tunnel(testing::hang_up()).message);
  EXPECT_EQ("the answer of " + proxy_named("HTTPS_PROXY") + " is not well-formed HTTP/1.1",
            refused_tunnel(testing::raw("SSH-2.0-x\r\n\r\n")).message);
  EXPECT_EQ(proxy_named("HTTPS_PROXY") + " sent more than an answer to CONNECT",
            refused_tunnel(testing::raw("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")).message);
}

TEST_F(ProxyTest, TakesOnlySoMuchAndWaitsOnlySoLongForTheProxysAnswer) {
  const Error long_one = refused_tunnel(testing::raw("HTTP/1.1 200 OK\r\nX-A: " + std::string(kHeadBytesMax, 'x')));
  EXPECT_EQ(ErrorCode::kLimitExceeded, long_one.code);
  EXPECT_EQ("the head of the answer of " + proxy_named("HTTPS_PROXY") + " is too long", long_one.message);
  imposter_.when("CONNECT", "").reply(testing::json("").held());
  CallOutcome slow;
  const auto asked = imposter_.requests().size();
  begin_call("https://up.invalid/", kNever, slow);
  EXPECT_TRUE(run_until([&] { return imposter_.requests().size() > asked; }));
  advance(kProxyAnswerTime + 300ms);
  EXPECT_TRUE(run_until([&] { return slow.done; }));
  EXPECT_EQ(proxy_named("HTTPS_PROXY") + " did not answer in time", slow.error.value().message);
}

TEST_F(ProxyTest, NamesAProxyThatCannotBeReached) {
  use("http://nowhere.invalid:3128");
  EXPECT_EQ("the proxy nowhere.invalid:3128 (HTTP_PROXY): no such host: 'nowhere.invalid' could not be found",
            call("http://up.invalid/").error.value().message);
  stop_client();
  const std::string proxy = imposter_.authority();
  imposter_.stop_listening();
  use(proxy);
  const std::string message = call("https://up.invalid/").error.value().message;
  EXPECT_EQ(0u, message.find("cannot connect to " + proxy_named("HTTPS_PROXY") + ": ")) << message;
}

TEST_F(ProxyTest, NamesTheServerAndTheProxyOnceItIsConnected) {
  imposter_.when_anything().reply(testing::hang_up());
  EXPECT_EQ("up.invalid through " + proxy_named("HTTP_PROXY") + " closed the connection before answering",
            call("http://up.invalid/").error.value().message);
}

TEST_F(ProxyTest, SendsNothingWhereTheEgressGuardForbidsIt) {
  for (const char* url : {"http://169.254.169.254/", "https://metadata.google.internal/", "https://[fe80::1]/"})
    EXPECT_EQ(ErrorCode::kPermissionDenied, call(url).error.value().code) << url;
  source_ = UrlSource::kPeer;
  for (const char* url : {"https://10.0.0.1/", "http://up.invalid/", "https://[fd00::1]/"})
    EXPECT_EQ(ErrorCode::kPermissionDenied, call(url).error.value().code) << url;
  EXPECT_EQ(0, imposter_.accepted_count());
  // A name that is not known here is for the proxy to judge.
  call("https://up.invalid/");
  EXPECT_EQ(1, imposter_.accepted_count());
}

TEST_F(ProxyTest, JudgesAPeersHostByTheAddressesThatAreKnownHere) {
  const std::string here = asio::ip::host_name();
  source_ = UrlSource::kPeer;
  const CallOutcome got = call("https://" + here + "/");
  ASSERT_TRUE(got.error);
  if (imposter_.accepted_count() > 0) GTEST_SKIP() << "this machine cannot look its own name up: " << here;
  EXPECT_EQ(ErrorCode::kPermissionDenied, got.error->code);
}

}  // namespace
}  // namespace jungle::http

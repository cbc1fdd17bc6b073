#include "http/egress_guard.h"

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

class EgressGuardTest : public ::testing::Test {
 protected:
  void allow(std::string_view list) {
    auto guard = EgressGuard::create(list);
    ASSERT_TRUE(guard);
    guard_ = std::move(*guard);
  }
  // What a URL is refused for; empty if it is let through.
  std::string refusal(const std::string& text, UrlSource source = UrlSource::kPeer) const {
    const auto url = Url::parse(text);
    if (!url) return "no URL";
    const auto checked = guard_.check(*url, source);
    return checked ? "" : checked.error().message;
  }
  std::string dial_refusal(const std::string& text, const std::string& address,
                           UrlSource source = UrlSource::kPeer) const {
    const auto url = Url::parse(text);
    const auto checked = guard_.check(*url, source, boost::asio::ip::make_address(address));
    if (checked) return "";
    EXPECT_EQ(ErrorCode::kPermissionDenied, checked.error().code);
    return checked.error().message;
  }

  EgressGuard guard_;
};

TEST_F(EgressGuardTest, LetsAnAdministratorPointAnywhere) {
  for (const char* url : {"http://127.0.0.1:9000/mcp", "http://localhost/", "http://10.1.2.3/", "https://[fd12::1]/",
                          "http://example.org/", "http://0.0.0.0:8000/", "http://100.64.0.1/", "http://metadata/"})
    EXPECT_EQ("", refusal(url, UrlSource::kAdministrator)) << url;
  EXPECT_EQ("", dial_refusal("http://my.box/", "192.168.1.4", UrlSource::kAdministrator));
}

TEST_F(EgressGuardTest, KeepsEverybodyFromMetadataServices) {
  for (const UrlSource source :
       {UrlSource::kAdministrator, UrlSource::kPeer, UrlSource::kPrivatePeer, UrlSource::kLoopbackPeer}) {
    for (const char* url :
         {"https://169.254.169.254/latest/meta-data", "https://[fe80::1]/", "https://[fd00:ec2::254]/",
          "https://metadata.google.internal/", "https://METADATA.google.internal./", "https://metadata.goog/",
          "https://2852039166/", "https://0251.0376.0251.0376/", "https://0xa9fea9fe/", "https://169.254.43518/",
          "https://169.254.169.254./", "https://[::ffff:169.254.169.254]/", "https://[64:ff9b::a9fe:a9fe]/",
          "https://[2002:a9fe:a9fe::]/", "https://100.100.100.200/", "https://168.63.129.16/"})
      EXPECT_NE("", refusal(url, source)) << url;
    EXPECT_EQ(
        "https://evil.example must not be fetched: it leads to 169.254.169.254, a link-local address or a cloud's "
        "metadata service",
        dial_refusal("https://evil.example/secret?x=1", "169.254.169.254", source));
  }
  allow("*");
  EXPECT_NE("", refusal("https://169.254.169.254/"));
}

TEST_F(EgressGuardTest, LetsPeersPointToThePublicInternetByHttpsOnly) {
  EXPECT_EQ("", refusal("https://auth.example.org/.well-known/x"));
  EXPECT_EQ("", refusal("https://8.8.8.8/"));
  EXPECT_EQ("", dial_refusal("https://auth.example.org/", "8.8.8.8"));
  EXPECT_EQ("http://auth.example.org must not be fetched: a server named it, and then it must be https",
            refusal("http://auth.example.org/"));
  EXPECT_EQ("no URL", refusal("https://user:secret@auth.example.org/"));
  EXPECT_EQ("no URL", refusal("javascript:alert(1)"));
}

TEST_F(EgressGuardTest, KeepsPeersFromNetworksThatTheyCannotReach) {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1",
                              "198.18.0.1", "224.0.0.1", "192.0.2.1", "::1", "::", "fd12::1", "fec0::1",
                              "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:c0a8:1::1", "2001::1", "ff02::1"})
    EXPECT_NE("", dial_refusal("https://auth.example.org/", address)) << address;
  for (const char* url : {"https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
                          "https://127.0.0.1./", "https://[::1]/", "https://[::ffff:10.0.0.1]/"})
    EXPECT_NE("", refusal(url)) << url;
  EXPECT_EQ(
      "https://10.0.0.1 must not be fetched: it leads to 10.0.0.1, an address of a private network, and a server "
      "elsewhere named it; if it is meant to, name it in MCPJUNGLE_EGRESS_ALLOW",
      refusal("https://10.0.0.1/"));
}

TEST_F(EgressGuardTest, LetsPeersPointToTheirOwnSurroundings) {
  EXPECT_EQ("", dial_refusal("https://sso.corp/", "10.0.0.1", UrlSource::kPrivatePeer));
  EXPECT_NE("", dial_refusal("https://sso.corp/", "127.0.0.1", UrlSource::kPrivatePeer));
  EXPECT_NE("", refusal("http://sso.corp/", UrlSource::kPrivatePeer));
  EXPECT_EQ("", dial_refusal("https://localhost:9/", "::1", UrlSource::kLoopbackPeer));
  EXPECT_NE("", dial_refusal("https://sso.corp/", "10.0.0.1", UrlSource::kLoopbackPeer));
}

TEST_F(EgressGuardTest, LetsServersOnThisMachineUseHttpHere) {
  for (const char* url : {"http://localhost:9000/", "http://127.0.0.1/", "http://[::1]:9000/", "http://LOCALHOST./"})
    EXPECT_EQ("", refusal(url, UrlSource::kLoopbackPeer)) << url;
  for (const char* url :
       {"http://example.org/", "http://8.8.8.8/", "http://10.0.0.1/", "http://localhost.example.org/"})
    EXPECT_NE("", refusal(url, UrlSource::kLoopbackPeer)) << url;
}

TEST_F(EgressGuardTest, LetsThroughWhatTheOperatorNames) {
  allow(" Keycloak , 10.20.0.0/16,192.168.7.7, fd12::/16,");
  EXPECT_EQ("", dial_refusal("https://keycloak:8443/", "172.18.0.2"));
  EXPECT_EQ("", dial_refusal("https://keycloak.:8443/", "127.0.0.1"));
  EXPECT_NE("", dial_refusal("https://keycloak.evil.example/", "172.18.0.2"));
  EXPECT_NE("", refusal("http://keycloak:8443/"));
  EXPECT_EQ("", refusal("https://10.20.255.1/"));
  EXPECT_EQ("", dial_refusal("https://sso.corp/", "10.20.0.1"));
  EXPECT_NE("", dial_refusal("https://sso.corp/", "10.21.0.1"));
  EXPECT_EQ("", dial_refusal("https://sso.corp/", "192.168.7.7"));
  EXPECT_NE("", dial_refusal("https://sso.corp/", "192.168.7.8"));
  EXPECT_EQ("", dial_refusal("https://sso.corp/", "::ffff:192.168.7.7"));
  EXPECT_EQ("", dial_refusal("https://sso.corp/", "fd12:1::5"));
  EXPECT_NE("", dial_refusal("https://sso.corp/", "fd13::5"));
  EXPECT_NE("", dial_refusal("https://keycloak:8443/", "169.254.169.254"));
  allow("*");
  EXPECT_EQ("", dial_refusal("https://anything/", "127.0.0.1"));
}

TEST_F(EgressGuardTest, RefusesListsThatItDoesNotUnderstand) {
  for (const char* list : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/", "http://a", "a:80", "a b", "::/129",
                           "user@host", "*.example.org"}) {
    const auto guard = EgressGuard::create(list);
    ASSERT_FALSE(guard) << list;
    EXPECT_EQ("'" + std::string(list) + "' is no host name, address, network (such as 10.0.0.0/8) or *",
              guard.error().message);
  }
}

}  // namespace
}  // namespace jungle::http

#include "http/host_check.h"

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

class HostCheckTest : public testing::Test {
 protected:
  bool host_passes(std::string_view host) const { return check_host(policy_, host).has_value(); }
  bool origin_passes(std::string_view origin, std::string_view host = "127.0.0.1:8080") const {
    return check_origin(policy_, origin, host).has_value();
  }
  HostPolicy policy_;
};

TEST_F(HostCheckTest, AcceptsLoopbackUnderAnyName) {
  for (const char* host : {"localhost", "LOCALHOST:8080", "localhost.", "dev.localhost:1", "127.0.0.1", "127.0.0.2:80",
                           "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]"}) {
    EXPECT_TRUE(host_passes(host)) << host;
  }
}

TEST_F(HostCheckTest, RefusesNamesThatDnsCouldRebind) {
  policy_.loopback_only = false;
  for (const char* host : {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
                           "notlocalhost", "localhostx", "evil-localhost"}) {
    EXPECT_FALSE(host_passes(host)) << host;
  }
}

TEST_F(HostCheckTest, RefusesMalformedHosts) {
  policy_.loopback_only = false;
  for (const char* host :
       {"", ":80", "a b", "localhost:x", "localhost:99999", "[::1", "[::1]x", "::1", "localhost/", "user@localhost",
        "local\thost", "[127.0.0.1]", ".", "localhost..", ".localhost", "a..localhost"}) {
    EXPECT_FALSE(host_passes(host)) << host;
  }
  EXPECT_FALSE(host_passes(std::string_view("[::1\0]", 6)));
  EXPECT_FALSE(host_passes("[::1%lo]"));
  EXPECT_FALSE(check_host(policy_, std::nullopt));
}

TEST_F(HostCheckTest, AcceptsOtherAddressesOnlyWhenItListensThere) {
  EXPECT_FALSE(host_passes("10.0.0.5:8080"));
  policy_.loopback_only = false;
  EXPECT_TRUE(host_passes("10.0.0.5:8080"));
  EXPECT_TRUE(host_passes("[fd00::5]:8080"));
}

TEST_F(HostCheckTest, AcceptsConfiguredNames) {
  policy_.hosts = {"gw.example.org"};
  EXPECT_TRUE(host_passes("GW.example.org:443"));
  EXPECT_TRUE(host_passes("gw.example.org."));
  EXPECT_FALSE(host_passes("x.gw.example.org"));
}

TEST_F(HostCheckTest, SaysWhichNameItRefused) {
  const auto refused = check_host(policy_, "evil.example:80");
  ASSERT_FALSE(refused);
  EXPECT_EQ(ErrorCode::kPermissionDenied, refused.error().code);
  EXPECT_NE(std::string::npos, refused.error().message.find("'evil.example'"));
}

TEST_F(HostCheckTest, AcceptsRequestsThatNoPageMade) { EXPECT_TRUE(check_origin(policy_, std::nullopt, "localhost")); }

TEST_F(HostCheckTest, AcceptsOriginsOfThisMachineAndThisHost) {
  EXPECT_TRUE(origin_passes("http://localhost:6274"));
  EXPECT_TRUE(origin_passes("http://127.0.0.1"));
  EXPECT_TRUE(origin_passes("https://[::1]:3000"));
  EXPECT_TRUE(origin_passes("http://10.0.0.5:8080", "10.0.0.5:8080"));
}

TEST_F(HostCheckTest, RefusesForeignOrigins) {
  for (const char* origin : {"null", "", "http://evil.example", "https://localhost.evil.example", "file://", "http://",
                             "localhost", "chrome-extension://abc", "http://evil.example#localhost",
                             "http://localhost@evil.example", "ftp://localhost"}) {
    EXPECT_FALSE(origin_passes(origin)) << origin;
  }
}

TEST_F(HostCheckTest, AcceptsConfiguredOrigins) {
  policy_.origins = {"https://app.example.org", "chrome-extension://abc"};
  policy_.hosts = {"gw.example.org"};
  EXPECT_TRUE(origin_passes("https://app.example.org"));
  EXPECT_TRUE(origin_passes("chrome-extension://abc"));
  EXPECT_TRUE(origin_passes("https://gw.example.org"));
  EXPECT_FALSE(origin_passes("http://app.example.org"));
}

TEST_F(HostCheckTest, AcceptsEverythingWhenToldSo) {
  policy_.any = true;
  EXPECT_TRUE(host_passes("evil.example"));
  EXPECT_TRUE(origin_passes("null"));
}

}  // namespace
}  // namespace jungle::http

#include "oauth/peer_url.h"

#include <gtest/gtest.h>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

http::Url url(const std::string& text) { return http::Url::parse(text).value(); }
const http::Url& remote() {
  static const http::Url server = url("https://mcp.example/mcp");
  return server;
}
const http::Url& local() {
  static const http::Url server = url("http://localhost:9000/mcp");
  return server;
}
bool accepts(const std::string& text, const http::Url& server) {
  return parse_peer_url("it", text, server).has_value();
}

TEST(PeerUrlTest, TakesHttps) {
  EXPECT_TRUE(accepts("https://as.example/authorize?x=1", remote()));
  EXPECT_TRUE(accepts("https://as.example:8443", local()));
}

TEST(PeerUrlTest, TakesHttpOnThisMachineFromThisMachineOnly) {
  EXPECT_TRUE(accepts("http://127.0.0.1:8080/token", local()));
  EXPECT_TRUE(accepts("http://[::1]/token", local()));
  EXPECT_FALSE(accepts("http://127.0.0.1:8080/token", remote()));
  EXPECT_FALSE(accepts("http://as.example/token", local()));
  EXPECT_FALSE(accepts("http://as.example/token", remote()));
}

// CVE-2025-6514 and its kin.
TEST(PeerUrlTest, RefusesWhatABrowserOrAShellWouldUnderstandOtherwise) {
  for (const std::string& text :
       {std::string("javascript:alert(1)"), std::string("data:text/html,x"), std::string("file:///etc/passwd"),
        std::string("https://user:pw@as.example/"), std::string("https://as.example/#fragment"), std::string("//as/x"),
        std::string("/authorize"), std::string(""), std::string("https://as.example/$(calc.exe) x"),
        std::string("https://as.example/\r\nX: y"), std::string("https://as.example/`id`"),
        std::string("-https://as.example/"), std::string("ftp://as.example/"), std::string("https:///x"),
        "https://as.example/" + std::string(kPeerUrlBytesMax, 'x')}) {
    const auto parsed = parse_peer_url("its token_endpoint", text, remote());
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(ErrorCode::kPermissionDenied, parsed.error().code);
    EXPECT_EQ(0u, parsed.error().message.find("its token_endpoint '")) << parsed.error().message;
    EXPECT_EQ(std::string::npos, parsed.error().message.find('\n'));
  }
}

TEST(PeerUrlTest, AnIssuerHasNoQuery) {
  EXPECT_TRUE(parse_issuer_url("it", "https://as.example/tenant/", remote()).has_value());
  EXPECT_FALSE(parse_issuer_url("it", "https://as.example/?tenant=1", remote()).has_value());
  EXPECT_FALSE(parse_issuer_url("it", "https://as.example?", remote()).has_value());
}

// RFC 9728 §3.3, and what real servers publish.
TEST(CoversTest, IsTheServerOrWhatItLiesIn) {
  const http::Url server = url("https://mcp.example/a/mcp?x=1");
  for (const char* resource : {"https://mcp.example/a/mcp", "https://mcp.example/a/mcp/", "https://mcp.example/a",
                               "https://mcp.example/", "https://mcp.example", "https://mcp.example:443/a"})
    EXPECT_TRUE(covers(url(resource), server)) << resource;
  for (const char* resource :
       {"https://evil.example/a/mcp", "http://mcp.example/a/mcp", "https://mcp.example:444/a", "https://mcp.example/A",
        "https://mcp.example/a/mc", "https://mcp.example/a/mcp/b", "https://mcp.example/b", "https://mcp.example/a?x=1",
        "https://mcp.example/a#b", "https://xmcp.example/a", "https://mcp.example.evil/a"})
    EXPECT_FALSE(covers(url(resource), server)) << resource;
}

}  // namespace
}  // namespace jungle::oauth

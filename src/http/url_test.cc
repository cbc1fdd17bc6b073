#include "http/url.h"

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

TEST(UrlTest, TakesAUrlApart) {
  const auto url = Url::parse("https://Mcp.Example.org:8443/a/b?x=1&y=%20#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->is_tls());
  EXPECT_EQ("https", url->scheme());
  EXPECT_EQ("mcp.example.org", url->host());
  EXPECT_EQ(8443, url->port());
  EXPECT_EQ("Mcp.Example.org:8443", url->authority());
  EXPECT_EQ("/a/b?x=1&y=%20", url->target());
  EXPECT_EQ("/a/b", url->path());
  EXPECT_EQ("x=1&y=%20", url->query());
  EXPECT_EQ("https://mcp.example.org:8443", url->origin());
}

TEST(UrlTest, FillsInWhatIsLeftOut) {
  const auto url = Url::parse("http://example.org");
  ASSERT_TRUE(url);
  EXPECT_EQ(80, url->port());
  EXPECT_EQ("/", url->target());
  EXPECT_EQ("", url->query());
  EXPECT_EQ("example.org", url->authority());
  EXPECT_EQ("/?q", Url::parse("http://example.org?q")->target());
  EXPECT_EQ(443, Url::parse("https://example.org:/")->port());
}

TEST(UrlTest, LeavesTheDefaultPortOutOfTheOrigin) {
  EXPECT_EQ("http://a", Url::parse("http://A:80/")->origin());
  EXPECT_EQ("https://a:80", Url::parse("https://a:80/")->origin());
}

TEST(UrlTest, TakesBracketsOffAnIpv6Address) {
  const auto url = Url::parse("http://[::1]:9000/mcp");
  ASSERT_TRUE(url);
  EXPECT_EQ("::1", url->host());
  EXPECT_EQ("[::1]:9000", url->authority());
  EXPECT_EQ("http://[::1]:9000", url->origin());
}

TEST(UrlTest, RefusesEverythingElseWithOneSentence) {
  for (const char* bad : {"",
                          "example.org",
                          "ftp://example.org/",
                          "file:///etc/passwd",
                          "http://",
                          "http:///path",
                          "http://:80/",
                          "http://a:0/",
                          "http://a:65536/",
                          "http://a b/",
                          "http://a/\r\nX: y",
                          "http://user:pw@a/",
                          "javascript:alert(1)",
                          "http://a%20b/",
                          "http://a%0d%0a/",
                          "//a/",
                          "http://[::1/",
                          "http://[::1].evil.example/",
                          "http://[1.2.3.4]/",
                          "http://a:b/",
                          "http://a:1x/",
                          "http:/a",
                          "http://a/%zz",
                          "http://a/<x>",
                          "http://a/\xc3\xa4",
                          "http:\\\\a\\"}) {
    const auto url = Url::parse(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(ErrorCode::kInvalidArgument, url.error().code);
    EXPECT_EQ("invalid url: '" + std::string(bad) + "' must be a valid http or https url", url.error().message);
  }
}

TEST(UrlTest, RefusesAnEndlessUrl) {
  EXPECT_FALSE(Url::parse(std::string_view("http://[::1\0]/", 15)));
  EXPECT_FALSE(Url::parse("http://a/" + std::string(8 * 1024, 'x')));
  EXPECT_TRUE(Url::parse("http://a/" + std::string(8 * 1024 - 9, 'x')));
}

TEST(UrlTest, TakesANameThatBeginsLikeAnAddressForAName) {
  const auto url = Url::parse("http://127.0.0.1.nip.io/x");
  ASSERT_TRUE(url);
  EXPECT_EQ("127.0.0.1.nip.io", url->host());
  EXPECT_EQ("/x", url->target());
}

TEST(UrlTest, KnowsLoopback) {
  for (const char* yes : {"http://localhost/", "http://LocalHost:1/", "http://localhost./", "http://127.0.0.1/",
                          "http://127.9.8.7/", "http://[::1]/"}) {
    EXPECT_TRUE(Url::parse(yes)->host_is_loopback()) << yes;
  }
  for (const char* no : {"http://localhost.example.org/", "http://128.0.0.1/", "http://10.0.0.1/", "http://[::2]/",
                         "http://127.0.0.1.example.org/"}) {
    EXPECT_FALSE(Url::parse(no)->host_is_loopback()) << no;
  }
}

TEST(UrlTest, ResolvesReferences) {
  const auto base = Url::parse("http://a:1/x/sse?y");
  EXPECT_EQ("http://a:1/messages?id=7", base->resolve("/messages?id=7")->str());
  EXPECT_EQ("http://a:1/x/m", base->resolve("m")->str());
  EXPECT_EQ("http://a:1/m?q", base->resolve("../../m?q")->str());
  EXPECT_EQ("http://a:1/x/sse?z", base->resolve("?z")->str());
  EXPECT_EQ("http://a:1/x/sse?y", base->resolve("")->str());
  EXPECT_EQ("http://b/c", base->resolve("//b/c")->str());
  EXPECT_EQ("http://a:1/x/", base->resolve(".")->str());
  EXPECT_EQ("https://b/c", base->resolve("https://b/c")->str());
  EXPECT_FALSE(base->resolve("file:///etc/passwd"));
}

}  // namespace
}  // namespace jungle::http

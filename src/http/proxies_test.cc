#include "http/proxies.h"

#include <gtest/gtest.h>

namespace jungle::http {
namespace {

Proxies proxies(const std::string& https, const std::string& http = "", const std::string& except = "") {
  auto made = Proxies::create({{"HTTPS_PROXY", https}, {"http_proxy", http}, except});
  EXPECT_TRUE(made.has_value()) << made.error().message;
  return made ? *made : Proxies();
}

std::string why_not(const std::string& https) {
  const auto made = Proxies::create({{"HTTPS_PROXY", https}, {"HTTP_PROXY", ""}, ""});
  return made ? "accepted" : made.error().message;
}

// The proxy of a URL, or "direct".
std::string way(const Proxies& proxies, const std::string& url) {
  const Proxy* const proxy = proxies.proxy_for(*Url::parse(url));
  return proxy == nullptr ? "direct" : proxy->authority;
}

TEST(ProxiesTest, ChoosesByTheSchemeOfTheUrl) {
  const Proxies both = proxies("http://a.corp:3128", "b.corp");
  EXPECT_EQ("a.corp:3128", way(both, "https://x.example/"));
  EXPECT_EQ("b.corp:80", way(both, "http://x.example/"));
  EXPECT_EQ("the proxy a.corp:3128 (HTTPS_PROXY)", both.https()->description());
  EXPECT_EQ("the proxy b.corp:80 (http_proxy)", both.http()->description());
  EXPECT_EQ("direct", way(proxies("a.corp:3128"), "http://x.example/"));
  EXPECT_EQ("direct", way(proxies("", ""), "https://x.example/"));
  EXPECT_EQ("[fd00::1]:3128", way(proxies("http://[fd00::1]:3128/"), "https://x.example/"));
  EXPECT_EQ("fd00::1", proxies("http://[fd00::1]:3128/").https()->host);
}

TEST(ProxiesTest, ReachesLoopbackDirectly) {
  const Proxies all = proxies("a.corp:1", "a.corp:1");
  for (const char* url : {"http://localhost/", "https://LOCALHOST./", "http://127.0.0.1:8080/", "http://127.9.9.9/",
                          "http://[::1]/", "http://2130706433/", "http://0.0.0.0/"})
    EXPECT_EQ("direct", way(all, url)) << url;
}

TEST(ProxiesTest, MakesExceptions) {
  const Proxies some = proxies("a.corp:1", "",
                               "Corp.example, .below.example *.star.example,10.0.0.0/8 192.0.2.7,fd00::/8,2001:db8::1,"
                               "port.example:8443,[2001:db8::2]:8443,,://nonsense");
  for (const char* url :
       {"https://corp.example/", "https://CORP.example.:9/", "https://a.corp.example/", "https://a.below.example/",
        "https://x.star.example/", "https://10.200.3.4/", "https://192.0.2.7/", "https://[fd12::1]/",
        "https://[2001:db8::1]/", "https://port.example:8443/", "https://[2001:db8::2]:8443/"})
    EXPECT_EQ("direct", way(some, url)) << url;
  for (const char* url :
       {"https://xcorp.example/", "https://below.example/", "https://star.example/", "https://11.0.0.1/",
        "https://192.0.2.70/", "https://port.example/", "https://[2001:db8::2]/", "https://example/"})
    EXPECT_EQ("a.corp:1", way(some, url)) << url;
  EXPECT_EQ("direct", way(proxies("a.corp:1", "", "x, *"), "https://y.example/"));
}

TEST(ProxiesTest, MakesABasicCredentialOfUserAndPassword) {
  EXPECT_EQ("Basic dTpwOkB3", proxies("http://u:p%3A%40w@a.corp:1").https()->credential.reveal());
  EXPECT_EQ("Basic dTo=", proxies("u@a.corp:1").https()->credential.reveal());
  EXPECT_TRUE(proxies("a.corp:1").https()->credential.empty());
}

TEST(ProxiesTest, RefusesOtherKindsOfProxiesAndRepeatsNoPassword) {
  EXPECT_EQ("invalid value for HTTPS_PROXY: only proxies that are reached by http:// are supported",
            why_not("socks5://u:hunter2@a.corp:1"));
  EXPECT_EQ("invalid value for HTTPS_PROXY: its user or password is not percent-encoded as in a URL",
            why_not("http://u:hunter%2@a.corp:1"));
  EXPECT_EQ("invalid value for HTTPS_PROXY: its user or password is not percent-encoded as in a URL",
            why_not("http://u:hunter2%0d%0aX-Evil:1@a.corp:1"));
  for (const char* text : {"http://", "http://u:hunter2@", "http://u:hunter2@a.corp:70000",
                           "http://a.corp/path?hunter2", "http://u:hunter2@a b"})
    EXPECT_EQ("invalid value for HTTPS_PROXY: it must be http://[user:password@]host[:port]", why_not(text)) << text;
}

}  // namespace
}  // namespace jungle::http

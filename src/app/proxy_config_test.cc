#include "app/proxy_config.h"

#include <gtest/gtest.h>

namespace jungle::app {
namespace {

const http::Url kUrl = *http::Url::parse("https://x.example/");

TEST(ProxyConfigTest, ReadsTheVariablesInEitherCase) {
  const auto upper = proxies_from({{"HTTPS_PROXY", "http://a.corp:1"}, {"https_proxy", "http://b.corp:2"}});
  ASSERT_TRUE(upper);
  EXPECT_EQ("the proxy a.corp:1 (HTTPS_PROXY)", upper->proxy_for(kUrl)->description());
  const auto lower = proxies_from({{"HTTPS_PROXY", " "}, {"https_proxy", "b.corp:2"}});
  ASSERT_TRUE(lower);
  EXPECT_EQ("the proxy b.corp:2 (https_proxy)", lower->proxy_for(kUrl)->description());
  EXPECT_EQ(nullptr, proxies_from({{"https_proxy", "b.corp:2"}, {"no_proxy", "example"}})->proxy_for(kUrl));
  EXPECT_EQ(nullptr, proxies_from({})->proxy_for(kUrl));
}

TEST(ProxyConfigTest, SaysWhichProxiesThereAreWithoutTheirPasswords) {
  const auto proxies = proxies_from({{"HTTPS_PROXY", "http://u:hunter2@a.corp:1"}, {"http_proxy", "b.corp"}});
  ASSERT_TRUE(proxies);
  EXPECT_EQ((std::vector<std::string>{"[server] https servers are reached through the proxy a.corp:1 (HTTPS_PROXY)",
                                      "[server] http servers are reached through the proxy b.corp:80 (http_proxy)"}),
            proxy_lines(*proxies));
  EXPECT_TRUE(proxy_lines(http::Proxies()).empty());
}

TEST(ProxyConfigTest, NamesTheVariableAndNotItsValue) {
  const auto bad = proxies_from({{"http_proxy", "socks5://u:hunter2@a.corp:1"}});
  ASSERT_FALSE(bad);
  EXPECT_EQ("invalid value for http_proxy: only proxies that are reached by http:// are supported",
            bad.error().message);
}

}  // namespace
}  // namespace jungle::app

#include "oauth/well_known.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

using Urls = std::vector<std::string>;

http::Url url(const std::string& text) { return http::Url::parse(text).value(); }

// RFC 9728 §3.1.
TEST(WellKnownTest, ProtectedResourceByPathThenAtTheRoot) {
  EXPECT_EQ((Urls{"https://h:8443/.well-known/oauth-protected-resource/public/mcp",
                  "https://h:8443/.well-known/oauth-protected-resource"}),
            protected_resource_urls(url("https://h:8443/public/mcp/?key=secret")));
  EXPECT_EQ((Urls{"http://localhost:1/.well-known/oauth-protected-resource"}),
            protected_resource_urls(url("http://localhost:1/")));
}

// MCP 2026-07-28 "Authorization Server Metadata Discovery", its two lists.
TEST(WellKnownTest, AuthorizationServerInEachPathForm) {
  EXPECT_EQ((Urls{"https://auth.example.com/.well-known/oauth-authorization-server/tenant1",
                  "https://auth.example.com/.well-known/openid-configuration/tenant1",
                  "https://auth.example.com/tenant1/.well-known/openid-configuration"}),
            authorization_server_urls(url("https://auth.example.com/tenant1")));
  EXPECT_EQ((Urls{"https://auth.example.com/.well-known/oauth-authorization-server",
                  "https://auth.example.com/.well-known/openid-configuration"}),
            authorization_server_urls(url("https://auth.example.com/")));
}

TEST(WellKnownTest, TheOriginOfTheServerItselfInOlderRevisions) {
  EXPECT_EQ((Urls{"https://h/.well-known/oauth-authorization-server", "https://h/.well-known/openid-configuration",
                  "https://h/.well-known/oauth-authorization-server/mcp"}),
            legacy_authorization_server_urls(url("https://h/mcp")));
}

}  // namespace
}  // namespace jungle::oauth

#include "oauth/metadata.h"

#include <gtest/gtest.h>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

const http::Url& server() {
  static const http::Url url = http::Url::parse("https://mcp.example/mcp").value();
  return url;
}

Result<ProtectedResource> resource(const std::string& body) { return parse_protected_resource(body, server()); }

std::string error_of(const auto& result) { return result.has_value() ? "no error" : result.error().message; }

TEST(ProtectedResourceTest, ReadsTheDocument) {
  const auto parsed = resource(
      R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example/t/","https://b.example"],)"
      R"("scopes_supported":["read","write","bad\"one","read"],"resource_name":"X","jwks_uri":"javascript:"})");
  ASSERT_TRUE(parsed.has_value()) << error_of(parsed);
  EXPECT_EQ(
      (ProtectedResource{"https://mcp.example/mcp", {"https://as.example/t/", "https://b.example"}, {"read", "write"}}),
      *parsed);
}

TEST(ProtectedResourceTest, MustBeAboutTheServer) {
  EXPECT_EQ(
      "the protected resource metadata is about another resource: 'https://evil.example.com/mcp', not "
      "'https://mcp.example/mcp'",
      error_of(resource(R"({"resource":"https://evil.example.com/mcp","authorization_servers":["https://as"]})")));
  EXPECT_EQ("the protected resource metadata names no resource",
            error_of(resource(R"({"authorization_servers":["https://as"]})")));
  EXPECT_FALSE(resource(R"({"resource":"urn:x","authorization_servers":["https://as"]})").has_value());
}

TEST(ProtectedResourceTest, ItsAuthorizationServersMustBeGoodUrls) {
  for (const std::string issuer :
       {"http://169.254.169.254/latest/meta-data/", "http://as.example", "javascript:alert(1)", "https://as?x", ""}) {
    const auto parsed =
        resource(R"({"resource":"https://mcp.example","authorization_servers":["https://ok",")" + issuer + "\"]}");
    ASSERT_FALSE(parsed.has_value()) << issuer;
    EXPECT_EQ(ErrorCode::kPermissionDenied, parsed.error().code);
  }
}

TEST(ProtectedResourceTest, NamesSomeAuthorizationServersOnly) {
  std::string list;
  for (std::size_t i = 0; i < kAuthorizationServersMax + 1; ++i)
    list += std::string(i == 0 ? "" : ",") + "\"https://as" + std::to_string(i) + "\"";
  const auto parsed = resource(R"({"resource":"https://mcp.example","authorization_servers":[)" + list + "]}");
  EXPECT_EQ(kAuthorizationServersMax, parsed->authorization_servers.size());
}

TEST(ProtectedResourceTest, RefusesNonsense) {
  EXPECT_EQ("the protected resource metadata is not a JSON object", error_of(resource("<html>")));
  EXPECT_EQ(
      "the protected resource metadata makes no sense: its member 'authorization_servers' is not a list of "
      "strings",
      error_of(resource(R"({"resource":"https://mcp.example","authorization_servers":"https://as"})")));
}

Result<AuthorizationServer> authorization_server(const std::string& members) {
  const std::vector<std::string> issuers{"https://as.example"};
  return parse_authorization_server("{" + members + "}", issuers, server());
}

constexpr const char* kMinimum = R"("issuer":"https://as.example","token_endpoint":"https://as.example/token")";

TEST(AuthorizationServerTest, ReadsTheDocument) {
  const auto parsed = authorization_server(
      std::string(kMinimum) +
      R"(,"authorization_endpoint":"https://login.example/a?b=c","registration_endpoint":"https://as.example/r",)"
      R"("revocation_endpoint":"https://as.example/v","scopes_supported":["openid","offline_access"],)"
      R"("token_endpoint_auth_methods_supported":["tls_client_auth","client_secret_post","none"],)"
      R"("code_challenge_methods_supported":["plain","S256"],"client_id_metadata_document_supported":true,)"
      R"("authorization_response_iss_parameter_supported":true,"jwks_uri":7,"response_types_supported":["code"])");
  ASSERT_TRUE(parsed.has_value()) << error_of(parsed);
  AuthorizationServer expected;
  expected.issuer = Issuer("https://as.example");
  expected.authorization_endpoint = "https://login.example/a?b=c";
  expected.token_endpoint = "https://as.example/token";
  expected.registration_endpoint = "https://as.example/r";
  expected.revocation_endpoint = "https://as.example/v";
  expected.scopes_supported = {"openid", "offline_access"};
  expected.token_endpoint_auth_methods = {{ClientAuthMethod::kClientSecretPost, ClientAuthMethod::kNone}};
  expected.code_challenge_methods = {{"plain", "S256"}};
  expected.names_issuer = true;
  expected.takes_metadata_documents = true;
  EXPECT_EQ(expected, *parsed);
}

TEST(AuthorizationServerTest, WhatIsNotSaidIsAbsent) {
  const auto parsed = authorization_server(kMinimum);
  ASSERT_TRUE(parsed.has_value()) << error_of(parsed);
  EXPECT_EQ(std::nullopt, parsed->token_endpoint_auth_methods);
  EXPECT_EQ(std::nullopt, parsed->code_challenge_methods);
  EXPECT_FALSE(parsed->names_issuer);
}

// RFC 8414 §3.3: identical, without any normalization.
TEST(AuthorizationServerTest, ItsIssuerIsComparedExactly) {
  for (const std::string issuer :
       {"https://as.example/", "https://AS.example", "https://as.example:443", "https://evil.example", ""}) {
    const auto parsed =
        authorization_server(R"("token_endpoint":"https://as.example/token","issuer":")" + issuer + "\"");
    ASSERT_FALSE(parsed.has_value()) << issuer;
    EXPECT_EQ(
        "the authorization server metadata names the issuer '" + issuer + "', not 'https://as.example' (RFC 8414 §3.3)",
        parsed.error().message);
  }
  EXPECT_FALSE(authorization_server(R"("token_endpoint":"https://as.example/token")").has_value());
}

TEST(AuthorizationServerTest, EveryEndpointMustBeAGoodUrl) {
  for (const std::string member :
       {"authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"}) {
    for (const std::string bad : {"javascript:alert(1)", "http://as.example/x", "https://u:p@as.example/x",
                                  "https://as.example/x#y", "file:///bin/sh", "http://127.0.0.1/x", ""}) {
      const auto parsed = authorization_server(std::string(kMinimum) + ",\"" + member + "\":\"" + bad + "\"");
      ASSERT_FALSE(parsed.has_value()) << member << bad;
      EXPECT_EQ(ErrorCode::kPermissionDenied, parsed.error().code);
      EXPECT_NE(std::string::npos, parsed.error().message.find(member)) << parsed.error().message;
    }
  }
}

TEST(AuthorizationServerTest, RefusesNonsense) {
  EXPECT_EQ("the authorization server metadata has no token_endpoint",
            error_of(authorization_server(R"("issuer":"https://as.example")")));
  EXPECT_EQ(
      "the authorization server metadata makes no sense: its member 'code_challenge_methods_supported' is not a "
      "list of strings",
      error_of(authorization_server(std::string(kMinimum) + R"(,"code_challenge_methods_supported":"S256")")));
}

}  // namespace
}  // namespace jungle::oauth

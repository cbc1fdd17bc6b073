#include "oauth/authorization_request.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

using Scopes = std::vector<std::string>;

AuthorizationRequest request() {
  return {"https://as.example/authorize", "client id", "http://127.0.0.1:9999/cb",
          {"mcp.read", "mcp.write"},      "st&te",     "challenge",
          "https://mcp.example/mcp"};
}

TEST(AuthorizationUrlTest, HoldsTheRequest) {
  EXPECT_EQ(
      "https://as.example/authorize?client_id=client+id&code_challenge=challenge&code_challenge_method=S256&"
      "redirect_uri=http%3A%2F%2F127.0.0.1%3A9999%2Fcb&resource=https%3A%2F%2Fmcp.example%2Fmcp&response_type=code&"
      "scope=mcp.read+mcp.write&state=st%26te",
      authorization_url(request()));
}

TEST(AuthorizationUrlTest, LeavesOutWhatIsNotThere) {
  AuthorizationRequest bare = request();
  bare.scopes.clear();
  bare.resource.clear();
  const std::string url = authorization_url(bare);
  EXPECT_EQ(std::string::npos, url.find("scope="));
  EXPECT_EQ(std::string::npos, url.find("resource="));
}

// RFC 6749 §3.1: the query of the endpoint is retained.
TEST(AuthorizationUrlTest, KeepsTheQueryOfTheEndpoint) {
  AuthorizationRequest with_query = request();
  with_query.endpoint = "https://as.example/authorize?tenant=1";
  EXPECT_EQ(0u, authorization_url(with_query).find("https://as.example/authorize?tenant=1&client_id="));
  with_query.endpoint = "https://as.example/authorize?";
  EXPECT_EQ(0u, authorization_url(with_query).find("https://as.example/authorize?client_id="));
  with_query.endpoint = "https://as.example/authorize?tenant=1&";
  EXPECT_EQ(0u, authorization_url(with_query).find("https://as.example/authorize?tenant=1&client_id="));
}

TEST(AuthorizationUrlTest, AsksForConsentToOfflineAccess) {
  EXPECT_EQ(std::string::npos, authorization_url(request()).find("prompt="));
  AuthorizationRequest offline = request();
  offline.scopes.emplace_back("offline_access");
  EXPECT_NE(std::string::npos, authorization_url(offline).find("&prompt=consent&"));
}

TEST(ScopesTest, OfTheChallengeElseOfTheResourceElseNone) {
  ScopeSources sources;
  EXPECT_EQ(Scopes{}, choose_scopes(sources));
  sources.of_resource = {"r1", "r2"};
  EXPECT_EQ((Scopes{"r1", "r2"}), choose_scopes(sources));
  sources.challenged = {"c"};
  EXPECT_EQ(Scopes{"c"}, choose_scopes(sources));
  sources.configured = {"x"};
  EXPECT_EQ(Scopes{"x"}, choose_scopes(sources));
}

TEST(ScopesTest, OfAProfileComeOnTopUnlessAPersonChose) {
  ScopeSources sources;
  sources.of_profile = {"p"};
  EXPECT_EQ(Scopes{"p"}, choose_scopes(sources));
  sources.challenged = {"c"};
  EXPECT_EQ((Scopes{"c", "p"}), choose_scopes(sources));
  sources.configured = {"x"};
  EXPECT_EQ(Scopes{"x"}, choose_scopes(sources));
}

TEST(ScopesTest, OfflineAccessOnlyWhereItIsKnownAndOfUse) {
  ScopeSources sources;
  sources.of_server = {"openid", "offline_access"};
  EXPECT_EQ(Scopes{}, choose_scopes(sources)) << "alone it would replace the server's default scopes";
  sources.challenged = {"c"};
  EXPECT_EQ((Scopes{"c", "offline_access"}), choose_scopes(sources));
  sources.kind = GrantKind::kClientCredentials;
  EXPECT_EQ(Scopes{"c"}, choose_scopes(sources));
  sources.kind = GrantKind::kAuthorizationCode;
  sources.of_server = {"openid"};
  EXPECT_EQ(Scopes{"c"}, choose_scopes(sources));
}

TEST(ScopesTest, AStepUpAddsWhatWasMissingToWhatWasAsked) {
  ScopeSources sources;
  sources.challenged = {"c"};
  sources.asked_before = {"a", "c"};
  EXPECT_EQ(Scopes{"c"}, choose_scopes(sources)) << "nothing was missing";
  sources.missing = {"m"};
  EXPECT_EQ((Scopes{"c", "a", "m"}), choose_scopes(sources));
  sources.configured = {"x"};
  EXPECT_EQ((Scopes{"x", "a", "c", "m"}), choose_scopes(sources));
}

TEST(PkceTest, MustBeSaidOrVouchedFor) {
  AuthorizationServer server;
  server.issuer = Issuer("https://as.example");
  server.code_challenge_methods = {{"plain", "S256"}};
  EXPECT_TRUE(check_pkce(server, S256::kMustBeSaid).has_value());
  server.code_challenge_methods.reset();
  EXPECT_TRUE(check_pkce(server, S256::kIsAssumed).has_value());
  const auto unsaid = check_pkce(server, S256::kMustBeSaid);
  ASSERT_FALSE(unsaid.has_value());
  EXPECT_EQ(ErrorCode::kUpstreamRejected, unsaid.error().code);
  EXPECT_NE(std::string::npos, unsaid.error().message.find("set oauth_assume_s256")) << unsaid.error().message;
}

TEST(PkceTest, ADowngradeIsRefusedWhateverIsAssumed) {
  AuthorizationServer server;
  for (const Scopes& methods : {Scopes{"plain"}, Scopes{}, Scopes{"s256"}}) {
    server.code_challenge_methods = methods;
    EXPECT_FALSE(check_pkce(server, S256::kMustBeSaid).has_value());
    EXPECT_FALSE(check_pkce(server, S256::kIsAssumed).has_value());
  }
}

TEST(RedirectUriTest, IsHttpsOrOnOnesOwnMachine) {
  for (const char* good : {"https://gateway.example/cb", "http://127.0.0.1:9999/oauth/callback",
                           "http://localhost/callback?x=1", "http://[::1]:1/"})
    EXPECT_TRUE(check_redirect_uri(good).has_value()) << good;
  for (const char* bad : {"", "http://gateway.example/cb", "cursor://cb", "javascript:alert(1)", "https://h/#f",
                          "https://u:p@h/", "urn:ietf:wg:oauth:2.0:oob"}) {
    const auto checked = check_redirect_uri(bad);
    ASSERT_FALSE(checked.has_value()) << bad;
    EXPECT_EQ(ErrorCode::kInvalidArgument, checked.error().code);
  }
}

}  // namespace
}  // namespace jungle::oauth

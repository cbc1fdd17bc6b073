#include "oauth/endpoint_finder.h"

#include <string>
#include <vector>

#include "oauth/testing/token_manager_fixture.h"

namespace jungle::oauth {
namespace {

using testing::kServer;
using testing::kToken;
using testing::TokenManagerTest;
using testing::tokens;

// MCPJungle stores neither for which URL nor by whom a grant was given.
class McpJungleGrantTest : public TokenManagerTest {
 protected:
  const std::string kResource = "GET https://mcp.example/.well-known/oauth-protected-resource/mcp";
  const std::string kMetadata = "GET https://as.example/.well-known/oauth-authorization-server";

  McpJungleGrantTest() {
    registered_.emplace();
    registered_->name = kServer;
    registered_->url = "https://mcp.example/mcp";
    registered_->ca_file = "/ca.pem";
  }
  Grant row() {
    Grant row = grant();
    row.server_url.clear();
    row.issuer = Issuer();
    row.token_endpoint.clear();
    row.resource.clear();
    return row;
  }
  void publish_metadata() {
    fetcher_.answer_json(kResource,
                         R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"]})");
    fetcher_.answer_json(
        kMetadata, R"({"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize",)"
                   R"("token_endpoint":"https://as.example/token","revocation_endpoint":"https://as.example/revoke"})");
  }
};

TEST_F(McpJungleGrantTest, IsCompletedOnceBeforeItsFirstRenewal) {
  publish_metadata();
  start_with(row());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  const auto renewed = renew();
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ("a2", (*renewed)->token.reveal());
  EXPECT_EQ((std::vector<std::string>{kResource, kMetadata, kToken}), fetcher_.asked());
  for (const FetchRequest& request : fetcher_.requests())
    EXPECT_EQ("/ca.pem", request.ca_file);
  EXPECT_EQ("grant_type=refresh_token&refresh_token=r1&client_id=cid&resource=https%3A%2F%2Fmcp.example%2Fmcp",
            fetcher_.requests()[2].body);
  const Grant kept = stored();
  EXPECT_EQ("https://mcp.example/mcp", kept.server_url);
  EXPECT_EQ("/ca.pem", kept.ca_file);
  EXPECT_EQ("https://as.example", kept.issuer.str());
  EXPECT_EQ("https://as.example/token", kept.token_endpoint);
  EXPECT_EQ("https://as.example/revoke", kept.revocation_endpoint);
  fetcher_.forget_requests();
  fetcher_.answer_json(kToken, tokens("a3", "r3"));
  ASSERT_TRUE(renew());
  EXPECT_EQ((std::vector<std::string>{kToken}), fetcher_.asked());
}

TEST_F(McpJungleGrantTest, NeedsAuthorizationIfNobodyKnowsItsAuthorizationServer) {
  start_with(row());
  const auto refused = renew();
  ASSERT_FALSE(refused);
  EXPECT_EQ(ErrorCode::kUnauthenticated, refused.error().code);
  EXPECT_EQ(
      "server 'mcp' needs authorization: MCPJungle stored it without its authorization server, which could not be "
      "found "
      "(the server publishes no metadata of one); run `mcpjungle authorize mcp`",
      refused.error().message);
  EXPECT_EQ(GrantState::kNeedsAuthorization, stored().state);
  const auto asked = fetcher_.requests().size();
  EXPECT_FALSE(renew());
  EXPECT_EQ(asked, fetcher_.requests().size()) << "it is not looked for again and again";
}

TEST_F(McpJungleGrantTest, StaysAsItIsWhileNobodyAnswers) {
  fetcher_.fail(kResource, Error{ErrorCode::kUnavailable, "connection to mcp.example was refused", {}});
  start_with(row());
  const auto failed = renew();
  ASSERT_FALSE(failed);
  EXPECT_EQ(ErrorCode::kUnavailable, failed.error().code);
  EXPECT_NE(std::string::npos, failed.error().message.find("its authorization server could not be asked: "));
  EXPECT_EQ(GrantState::kActive, stored().state);
  publish_metadata();
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  time_.advance(kRenewRetryMin + Seconds(1));
  EXPECT_TRUE(renew());
}

TEST_F(McpJungleGrantTest, GivesWayToAPersonWhoAuthorizesMeanwhile) {
  publish_metadata();
  start_with(row());
  fetcher_.hold();
  Answers answers(1);
  ask(*manager_, answers);
  Grant fresh = grant();
  fresh.tokens.access_token = Secret("b1");
  start_with(fresh);
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.release();
  time_.run_ready();
  ASSERT_TRUE(answers[0] && *answers[0]);
  EXPECT_EQ("b1", stored().tokens.access_token.reveal());
  EXPECT_EQ(0u, requests());
}

}  // namespace
}  // namespace jungle::oauth

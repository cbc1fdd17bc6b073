#include "oauth/authorization_flow.h"

#include <functional>
#include <optional>
#include <string>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "crypto/pkce.h"
#include "oauth/limits.h"
#include "oauth/testing/memory_repository.h"
#include "oauth/testing/scripted_fetcher.h"

namespace jungle::oauth {
namespace {

constexpr const char* kToken = "POST https://as.example/token";

class AuthorizationFlowTest : public jungle::testing::CoroTest {
 protected:
  AuthorizationFlowTest() {
    fetcher_.answer_json("POST https://as.example/register", R"({"client_id":"dynamic"})", 201);
    fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT"})");
  }

  static GrantWish wish(const std::string& name = "todoist") {
    GrantWish wish;
    wish.spec.name = catalog::ServerName(name);
    wish.spec.url = "https://mcp.example/mcp";
    wish.redirect_uri = "http://127.0.0.1:9999/oauth/callback";
    wish.server_input = Secret(R"({"name":"todoist"})");
    wish.initiated_by = "alice";
    wish.found.server.issuer = Issuer("https://as.example");
    wish.found.server.authorization_endpoint = "https://as.example/authorize";
    wish.found.server.token_endpoint = "https://as.example/token";
    wish.found.server.registration_endpoint = "https://as.example/register";
    wish.found.server.revocation_endpoint = "https://as.example/revoke";
    wish.found.server.code_challenge_methods = {{"S256"}};
    wish.found.server.names_issuer = true;
    wish.found.resource = "https://mcp.example/mcp";
    wish.found.scopes_supported = {"read"};
    return wish;
  }

  template <typename T>
  Task<void> keep(Task<Result<T>> task, std::optional<Result<T>>& result) {
    auto got = co_await std::move(task);
    result.emplace(std::move(got));
  }
  template <typename T>
  Result<T> wait(Task<Result<T>> task) {
    std::optional<Result<T>> result;
    run(keep(std::move(task), result));
    return std::move(*result);
  }

  AuthorizationRequired begin(GrantWish wanted = wish()) { return wait(flow_.begin(std::move(wanted))).value(); }
  static AuthorizationResponse response(const AuthorizationRequired& required) {
    const auto at = required.authorization_url.find("&state=");
    return {Secret("CODE"), required.authorization_url.substr(at + 7), "https://as.example"};
  }
  Result<Redeemed> redeem(const AuthorizationRequired& required) {
    return wait(flow_.redeem(required.session_id, response(required)));
  }
  std::string error_of(const std::string& id, AuthorizationResponse given) {
    const auto redeemed = wait(flow_.redeem(id, std::move(given)));
    return redeemed.has_value() ? "no error" : redeemed.error().message;
  }

  testing::ScriptedFetcher fetcher_{context_.get_executor()};
  testing::MemoryRepository repository_;
  jungle::testing::FakeRandom random_;
  AuthorizationFlow flow_{fetcher_, time_, random_, repository_, {}};
};

TEST_F(AuthorizationFlowTest, SendsThePersonAwayWithARequest) {
  const AuthorizationRequired required = begin();
  EXPECT_EQ(64u, required.session_id.size());
  EXPECT_EQ(time_.system_now() + Seconds(600), required.expires_at);
  EXPECT_EQ(0u, required.authorization_url.find("https://as.example/authorize?client_id=dynamic&code_challenge="));
  EXPECT_NE(std::string::npos, required.authorization_url.find("&resource=https%3A%2F%2Fmcp.example%2Fmcp&"));
  EXPECT_NE(std::string::npos, required.authorization_url.find("&scope=read&"));
  const auto session = wait(repository_.find_session(required.session_id)).value();
  ASSERT_TRUE(session.has_value());
  EXPECT_NE(std::string::npos,
            required.authorization_url.find("code_challenge=" + crypto::code_challenge(session->code_verifier) + "&"));
  EXPECT_EQ(43u, session->state.reveal().size());
  EXPECT_EQ(0u, repository_.grant_count()) << "nothing else changed";
}

TEST_F(AuthorizationFlowTest, RedeemsTheCode) {
  const AuthorizationRequired required = begin();
  const std::string verifier = wait(repository_.find_session(required.session_id)).value()->code_verifier.reveal();
  const auto redeemed = redeem(required);
  ASSERT_TRUE(redeemed.has_value()) << redeemed.error().message;
  EXPECT_EQ(R"({"name":"todoist"})", redeemed->session.server_input.reveal());
  EXPECT_EQ("alice", redeemed->session.initiated_by);
  const Grant& grant = redeemed->grant;
  EXPECT_EQ("todoist", grant.server.str());
  EXPECT_EQ("https://mcp.example/mcp", grant.server_url);
  EXPECT_EQ("https://as.example", grant.issuer.str());
  EXPECT_EQ("https://as.example/token", grant.token_endpoint);
  EXPECT_EQ("https://as.example/revoke", grant.revocation_endpoint);
  EXPECT_EQ("dynamic", grant.client.id);
  EXPECT_EQ("https://mcp.example/mcp", grant.resource);
  EXPECT_EQ(std::vector<std::string>{"read"}, grant.scopes);
  EXPECT_EQ("AT", grant.tokens.access_token.reveal());
  EXPECT_EQ(
      "grant_type=authorization_code&code=CODE&redirect_uri=http%3A%2F%2F127.0.0.1%3A9999%2Foauth%2Fcallback&"
      "code_verifier=" +
          verifier + "&client_id=dynamic&resource=https%3A%2F%2Fmcp.example%2Fmcp",
      fetcher_.requests().back().body);
  EXPECT_EQ(0u, repository_.grant_count());
  EXPECT_EQ(1u, repository_.session_count()) << "until it is closed";
}

TEST_F(AuthorizationFlowTest, ACodeIsExchangedOnce) {
  const AuthorizationRequired required = begin();
  ASSERT_TRUE(redeem(required).has_value());
  const auto again = redeem(required);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ("AT", again->grant.tokens.access_token.reveal());
  EXPECT_EQ(1u, fetcher_.count(kToken));
  AuthorizationResponse forged = response(required);
  forged.state = "guess";
  EXPECT_EQ("upstream OAuth session state mismatch: invalid user input", error_of(required.session_id, forged));
  ASSERT_TRUE(wait(flow_.close(required.session_id)).has_value());
  EXPECT_EQ("upstream OAuth session not found: not found", error_of(required.session_id, response(required)));
}

TEST_F(AuthorizationFlowTest, OnlyOneRequestRedeemsASession) {
  const AuthorizationRequired required = begin();
  fetcher_.hold();
  std::optional<Result<Redeemed>> first;
  asio::co_spawn(context_, keep(flow_.redeem(required.session_id, response(required)), first),
                 [](std::exception_ptr) {});
  time_.run_ready();
  const auto second = redeem(required);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(ErrorCode::kConflict, second.error().code);
  fetcher_.release();
  time_.run_ready();
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->has_value());
}

TEST_F(AuthorizationFlowTest, ChecksTheResponseBeforeAnythingElse) {
  const AuthorizationRequired required = begin();
  const std::string incomplete = "session_id, code and state are required: invalid user input";
  EXPECT_EQ(incomplete, error_of(required.session_id, {Secret(), "state", ""}));
  EXPECT_EQ(incomplete, error_of("unknown", {Secret("CODE"), "", ""}));
  EXPECT_EQ(incomplete, error_of("", {Secret("CODE"), "state", ""}));
  EXPECT_EQ("upstream OAuth session not found: not found", error_of("unknown", {Secret("CODE"), "state", ""}));
  AuthorizationResponse mixed_up = response(required);
  mixed_up.iss = "https://evil.example";
  EXPECT_NE(std::string::npos, error_of(required.session_id, mixed_up).find("comes from the issuer"));
  EXPECT_EQ(0u, fetcher_.count(kToken)) << "the code went nowhere";
  EXPECT_TRUE(redeem(required).has_value()) << "the session is as good as before";
}

TEST_F(AuthorizationFlowTest, AFailedExchangeLeavesTheSession) {
  const AuthorizationRequired required = begin();
  fetcher_.answer_json(kToken, R"({"error":"invalid_grant","error_description":"expired"})", 400);
  EXPECT_EQ(
      "failed to exchange OAuth authorization code for token: token request failed: OAuth error: invalid_grant - "
      "expired",
      error_of(required.session_id, response(required)));
  EXPECT_EQ(1u, repository_.session_count());
}

TEST_F(AuthorizationFlowTest, AClientThatTheServerForgotIsForgotten) {
  const AuthorizationRequired required = begin();
  EXPECT_EQ(1u, repository_.client_count());
  fetcher_.answer_json(kToken, R"({"error":"invalid_client"})", 401);
  EXPECT_FALSE(redeem(required).has_value());
  EXPECT_EQ(0u, repository_.client_count());
  begin();
  EXPECT_EQ(2u, fetcher_.count("POST https://as.example/register"));
}

TEST_F(AuthorizationFlowTest, SessionsEndByTime) {
  const AuthorizationRequired required = begin();
  time_.advance(kSessionTime - Millis(1));
  EXPECT_TRUE(redeem(required).has_value());
  time_.advance(Millis(1));
  EXPECT_EQ("upstream OAuth session expired: invalid user input", error_of(required.session_id, response(required)));
  ASSERT_TRUE(wait(flow_.sweep()).has_value());
  EXPECT_EQ(1u, repository_.session_count()) << "who comes late learns why";
  time_.advance(kSessionMemory + Millis(1));
  ASSERT_TRUE(wait(flow_.sweep()).has_value());
  EXPECT_EQ(0u, repository_.session_count());
}

TEST_F(AuthorizationFlowTest, ANewAttemptReplacesTheOldOne) {
  const AuthorizationRequired first = begin();
  const AuthorizationRequired second = begin();
  EXPECT_EQ("upstream OAuth session not found: not found", error_of(first.session_id, response(first)));
  EXPECT_TRUE(redeem(second).has_value());
}

TEST_F(AuthorizationFlowTest, SessionsSurviveARestart) {
  const AuthorizationRequired required = begin();
  AuthorizationFlow next(fetcher_, time_, random_, repository_, {});
  EXPECT_TRUE(wait(next.redeem(required.session_id, response(required))).has_value());
}

TEST_F(AuthorizationFlowTest, RefusesServersWithoutS256BeforeRegisteringThere) {
  GrantWish wanted = wish();
  wanted.found.server.code_challenge_methods.reset();
  EXPECT_FALSE(wait(flow_.begin(wanted)).has_value());
  EXPECT_TRUE(fetcher_.requests().empty());
  wanted.spec.oauth_assume_s256 = true;
  EXPECT_TRUE(wait(flow_.begin(wanted)).has_value());
}

TEST_F(AuthorizationFlowTest, NeedsARedirectUriAndAnEndpoint) {
  GrantWish wanted = wish();
  wanted.redirect_uri = "javascript:alert(1)";
  EXPECT_EQ(ErrorCode::kInvalidArgument, wait(flow_.begin(wanted)).error().code);
  wanted = wish();
  wanted.found.server.authorization_endpoint.clear();
  EXPECT_EQ(ErrorCode::kUpstreamRejected, wait(flow_.begin(wanted)).error().code);
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(AuthorizationFlowTest, AStepUpAsksForMore) {
  GrantWish wanted = wish();
  wanted.purpose = SessionPurpose::kAuthorize;
  wanted.challenge = BearerChallenge{"", {"write"}, "insufficient_scope", ""};
  wanted.previous.emplace();
  wanted.previous->scopes = {"read"};
  wanted.previous->missing_scopes = {"write", "admin"};
  EXPECT_NE(std::string::npos, begin(wanted).authorization_url.find("&scope=write+read+admin&"));
}

TEST_F(AuthorizationFlowTest, AsksWithClientCredentialsWithoutAPerson) {
  GrantWish wanted = wish();
  wanted.redirect_uri.clear();
  wanted.spec.oauth_grant = GrantKind::kClientCredentials;
  wanted.spec.oauth_client_id = "robot";
  wanted.spec.oauth_client_secret = Secret("s3cret");
  const auto grant = wait(flow_.ask_with_client_credentials(wanted));
  ASSERT_TRUE(grant.has_value()) << grant.error().message;
  EXPECT_EQ(GrantKind::kClientCredentials, grant->kind);
  EXPECT_EQ("AT", grant->tokens.access_token.reveal());
  EXPECT_EQ("grant_type=client_credentials&scope=read&resource=https%3A%2F%2Fmcp.example%2Fmcp",
            fetcher_.requests().back().body);
  EXPECT_EQ(0u, repository_.session_count());
  fetcher_.answer_json(kToken, R"({"error":"invalid_client","error_description":"no s3cret"})", 401);
  EXPECT_EQ(
      "failed to get an OAuth token with client credentials: token request failed: OAuth error: invalid_client - "
      "no ***",
      wait(flow_.ask_with_client_credentials(wanted)).error().message);
}

TEST_F(AuthorizationFlowTest, ADatabaseThatFailsIsSaid) {
  const AuthorizationRequired required = begin();
  repository_.fail_next({ErrorCode::kUnavailable, "the database is busy", {}});
  EXPECT_EQ("the database is busy", error_of(required.session_id, response(required)));
  repository_.fail_next({ErrorCode::kUnavailable, "the database is busy", {}});
  EXPECT_FALSE(wait(flow_.begin(wish())).has_value());
}

}  // namespace
}  // namespace jungle::oauth

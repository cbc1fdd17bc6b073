#include "oauth/token_manager.h"

#include <optional>
#include <string>
#include <vector>

#include "oauth/testing/token_manager_fixture.h"

namespace jungle::oauth {
namespace {

using namespace std::chrono_literals;
using testing::kServer;
using testing::kToken;
using testing::TokenManagerTest;
using testing::tokens;

TEST_F(TokenManagerTest, PublishesWhatIsStored) {
  EXPECT_EQ("", current()->header_line.reveal());
  EXPECT_TRUE(current()->is_usable(time_.steady_now()));
  start_with(grant());
  EXPECT_EQ("Authorization: Bearer a1\r\n", current()->header_line.reveal());
  other_ = make();
  load_other();
  EXPECT_EQ("a1", current(*other_)->token.reveal());
  EXPECT_TRUE(current(*other_)->is_usable(time_.steady_now() + 59min));
  EXPECT_FALSE(current(*other_)->is_usable(time_.steady_now() + 1h));
}

TEST_F(TokenManagerTest, LoadingRemovesTheGrantOfAServerThatIsNotRegistered) {
  start_with(grant());
  other_ = make();
  ASSERT_TRUE(wait(other_->load([](const catalog::ServerName& server) { return server != kServer; })));
  EXPECT_EQ("", current(*other_)->header_line.reveal());
  EXPECT_FALSE(wait(repository_.find_grant(kServer)).value());
  EXPECT_TRUE(log_.contains("removed the OAuth grant of a server that is not registered"));
}

TEST_F(TokenManagerTest, FiftyCallsWithARefusedTokenCauseOneRefresh) {
  start_with(grant());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.hold();
  Answers answers(50);
  ask(*manager_, answers);
  EXPECT_EQ(1u, requests());
  EXPECT_FALSE(answers[0]);
  fetcher_.release();
  time_.run_ready();
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ("a2", (**answer)->token.reveal());
  }
  EXPECT_EQ(1u, requests());
  EXPECT_EQ("grant_type=refresh_token&refresh_token=r1&client_id=cid&resource=https%3A%2F%2Fmcp.example%2Fmcp",
            fetcher_.requests()[0].body);
  EXPECT_EQ("r2", stored().tokens.refresh_token.reveal());
}

TEST_F(TokenManagerTest, WhoHoldsAnOldTokenGetsTheNewOneWithoutARefresh) {
  start_with(grant());
  const auto old = current();
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  ASSERT_TRUE(renew());
  const auto late = wait(manager_->source_of(kServer)->renew(old, context_.get_executor()));
  ASSERT_TRUE(late);
  EXPECT_EQ("a2", (*late)->token.reveal());
  EXPECT_EQ(1u, requests());
}

TEST_F(TokenManagerTest, KeepsTheRefreshTokenThatTheServerDoesNotReplace) {
  start_with(grant());
  fetcher_.answer_json(kToken, R"({"access_token":"a2","token_type":"bearer","expires_in":3600})");
  ASSERT_TRUE(renew());
  EXPECT_EQ("r1", stored().tokens.refresh_token.reveal());
}

TEST_F(TokenManagerTest, RenewsAheadOfTheEnd) {
  start_with(grant());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  time_.advance(1h - 2 * kRenewAhead - 1s);
  EXPECT_EQ(0u, requests());
  time_.advance(kRenewAhead + 1s);
  EXPECT_EQ(1u, requests());
  EXPECT_EQ("a2", current()->token.reveal());
  time_.advance(1h);
  EXPECT_EQ(2u, requests()) << "and again";
}

TEST_F(TokenManagerTest, ATokenOfAMomentIsRenewedWhenItIsNeeded) {
  start_with(grant(2s));
  fetcher_.answer_json(kToken, tokens("a2", "r2", 2));
  EXPECT_TRUE(current()->is_usable(time_.steady_now() + 1700ms));
  EXPECT_FALSE(current()->is_usable(time_.steady_now() + 1900ms));
  time_.advance(1h);
  EXPECT_EQ(0u, requests());
  ASSERT_TRUE(renew());
  EXPECT_EQ(1u, requests());
}

TEST_F(TokenManagerTest, ATokenWithoutAnEndIsUsedUntilItIsRefused) {
  start_with(grant(std::nullopt));
  fetcher_.answer_json(kToken, R"({"access_token":"a2","token_type":"Bearer"})");
  time_.advance(std::chrono::hours(10'000));
  EXPECT_EQ(0u, requests());
  EXPECT_TRUE(current()->is_usable(time_.steady_now()));
  ASSERT_TRUE(renew());
  EXPECT_TRUE(current()->is_usable(time_.steady_now() + std::chrono::hours(10'000)));
}

TEST_F(TokenManagerTest, ClocksMayDiffer) {
  start_with(grant(-1h));  // Stored by a machine whose clock is behind, or asleep for long.
  EXPECT_FALSE(current()->is_usable(time_.steady_now()));
  fetcher_.answer_json(kToken, tokens("a2", "r2", 0));  // A server that counts from its own idea of now.
  ASSERT_TRUE(renew());
  EXPECT_EQ("a2", current()->token.reveal());
  time_.advance(1h);
  EXPECT_EQ(1u, requests()) << "nothing is asked in a circle";
}

TEST_F(TokenManagerTest, ANetworkErrorKeepsTheGrant) {
  start_with(grant());
  fetcher_.fail(kToken, Error{ErrorCode::kUnavailable, "connection was refused", {}});
  const auto failed = renew();
  ASSERT_FALSE(failed);
  EXPECT_EQ(ErrorCode::kUnavailable, failed.error().code);
  EXPECT_EQ("server 'mcp': its access token could not be renewed: token request failed: connection was refused",
            failed.error().message);
  EXPECT_EQ(GrantState::kActive, stored().state);
  EXPECT_EQ("r1", stored().tokens.refresh_token.reveal());
  EXPECT_EQ("a1", current()->token.reveal());
  ASSERT_FALSE(renew());
  EXPECT_EQ(1u, requests()) << "who asks right after it is not kept waiting";
  time_.advance(kRenewRetryMin);
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  ASSERT_TRUE(renew());
  EXPECT_EQ("a2", current()->token.reveal());
}

TEST_F(TokenManagerTest, AnAnswerThatSaysNothingAboutTheGrantKeepsIt) {
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{500, "oops"},
                                                {503, "{}"},
                                                {429, "{}"},
                                                {200, "<html>"},
                                                {200, "{}"},
                                                {404, ""},
                                                {200, R"({"error":"temporarily_unavailable"})"},
                                                {400, R"({"error":"invalid_request"})"},
                                                {200, R"({"access_token":"x\r\ny","token_type":"Bearer"})"},
                                                {200, R"({"access_token":"x","token_type":"mac"})"}}) {
    start_with(grant());
    fetcher_.answer_json(kToken, body, status);
    const auto failed = renew();
    ASSERT_FALSE(failed) << body;
    EXPECT_EQ(ErrorCode::kUnavailable, failed.error().code) << body;
    EXPECT_EQ(GrantState::kActive, stored().state) << body;
    EXPECT_EQ("a1", current()->token.reveal()) << body;
  }
}

TEST_F(TokenManagerTest, ASlowServerIsTriedAgainLater) {
  start_with(grant());
  fetcher_.fail(kToken, Error{ErrorCode::kDeadlineExceeded, "it did not answer in time", {}});
  for (int i = 0; i < 12; ++i) {
    EXPECT_FALSE(renew());
    time_.advance(kRenewRetryMax);
  }
  EXPECT_GE(requests(), 12u) << "the pause does not grow for ever";
}

TEST_F(TokenManagerTest, AnInvalidGrantNeedsAPerson) {
  start_with(grant());
  for (const int status : {400, 200}) {
    fetcher_.answer_json(kToken, R"({"error":"invalid_grant","error_description":"revoked r1"})", status);
    const auto failed = renew();
    ASSERT_FALSE(failed);
    EXPECT_EQ(ErrorCode::kUnauthenticated, failed.error().code);
    EXPECT_NE(std::string::npos, failed.error().message.find("server 'mcp' needs authorization: "));
    EXPECT_NE(std::string::npos, failed.error().message.find("; run `mcpjungle authorize mcp`"));
    EXPECT_EQ(std::string::npos, failed.error().message.find("r1"));
    EXPECT_EQ(GrantState::kNeedsAuthorization, stored().state);
    EXPECT_EQ("https://mcp.example/mcp", stored().server_url) << "everything else stays";
    const std::size_t asked = requests();
    ASSERT_FALSE(renew());
    EXPECT_EQ(asked, requests()) << "nobody is asked again";
    EXPECT_TRUE(current()->problem.has_value());
    start_with(grant());
    EXPECT_FALSE(current()->problem.has_value());
  }
}

TEST_F(TokenManagerTest, AnAuthorizationAtAnotherProcessIsHeard) {
  start_with(grant());
  fetcher_.answer_json(kToken, R"({"error":"invalid_grant"})", 400);
  ASSERT_FALSE(renew());
  Grant approved = grant();
  approved.tokens.access_token = Secret("approved");
  ASSERT_TRUE(wait(repository_.store_grant(approved)));
  ASSERT_FALSE(renew()) << "calls fail at once";
  EXPECT_EQ("approved", current()->token.reveal()) << "but the next one finds it";
}

TEST_F(TokenManagerTest, AForgottenClientIsForgottenHereToo) {
  RegisteredClient client;
  client.issuer = Issuer("https://as.example");
  client.identity.id = "cid";
  ASSERT_TRUE(wait(repository_.store_client(client)));
  start_with(grant());
  fetcher_.answer_json(kToken, R"({"error":"invalid_client"})", 401);
  const auto failed = renew();
  ASSERT_FALSE(failed);
  EXPECT_NE(std::string::npos, failed.error().message.find("does not know this gateway's client any more"));
  EXPECT_EQ(0u, repository_.client_count());
  EXPECT_EQ(GrantState::kNeedsAuthorization, stored().state);
}

TEST_F(TokenManagerTest, WithoutARefreshTokenARefusalNeedsAPerson) {
  Grant bare = grant(1s);
  bare.tokens.refresh_token = Secret();
  start_with(bare);
  EXPECT_TRUE(current()->is_usable(time_.steady_now() + 1h)) << "it is tried until it is refused";
  ASSERT_FALSE(renew());
  EXPECT_EQ(0u, requests());
  EXPECT_EQ(GrantState::kNeedsAuthorization, stored().state);
}

TEST_F(TokenManagerTest, ClientCredentialsAskAgain) {
  Grant machine = grant();
  machine.kind = GrantKind::kClientCredentials;
  machine.client.method = ClientAuthMethod::kClientSecretPost;
  machine.client.secret = Secret("s");
  machine.scopes = {"read"};
  machine.tokens.refresh_token = Secret();
  start_with(machine);
  fetcher_.answer_json(kToken, R"({"access_token":"a2","token_type":"Bearer","expires_in":60})");
  ASSERT_TRUE(renew());
  EXPECT_EQ(
      "grant_type=client_credentials&scope=read&client_id=cid&client_secret=s&resource=https%3A%2F%2Fmcp.example%2Fmcp",
      fetcher_.requests()[0].body);
  EXPECT_EQ("a2", stored().tokens.access_token.reveal());
}

TEST_F(TokenManagerTest, TwoProcessesRefreshOnce) {
  start_with(grant());
  other_ = make();
  load_other();
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.hold();
  Answers ours(25);
  Answers theirs(25);
  ask(*manager_, ours);
  ask(*other_, theirs);
  time_.advance(5 * kTurnLook);
  EXPECT_EQ(1u, requests());
  fetcher_.release();
  time_.advance(2 * kTurnLook);
  for (const Answers* answers : {&ours, &theirs}) {
    for (const auto& answer : *answers) {
      ASSERT_TRUE(answer && *answer);
      EXPECT_EQ("a2", (**answer)->token.reveal());
    }
  }
  EXPECT_EQ(1u, requests());
}

TEST_F(TokenManagerTest, ARefreshOfAnotherProcessIsFoundWithoutOneOfOurOwn) {
  start_with(grant());
  other_ = make();
  load_other();
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  ASSERT_TRUE(renew());
  Answers theirs(1);
  ask(*other_, theirs);
  ASSERT_TRUE(theirs[0] && *theirs[0]);
  EXPECT_EQ("a2", (**theirs[0])->token.reveal());
  EXPECT_EQ(1u, requests());
}

TEST_F(TokenManagerTest, TheTurnOfAProcessThatDiedEndsByTime) {
  start_with(grant());
  const SystemTime now = time_.system_now();
  Repository::RefreshWish dead{kServer, stored().generation, "dead", now, now + kTurnTime};
  ASSERT_EQ(RefreshTurn::Kind::kOurs, wait(repository_.begin_refresh(dead)).value().kind);
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  Answers answer(1);
  ask(*manager_, answer);
  time_.advance(kTurnTime - 1s);
  EXPECT_FALSE(answer[0]);
  EXPECT_EQ(0u, requests());
  time_.advance(2s);
  ASSERT_TRUE(answer[0] && *answer[0]);
  EXPECT_EQ("a2", current()->token.reveal());
}

TEST_F(TokenManagerTest, ARefreshTokenThatACrashUsedUpNeedsAPerson) {
  // Died between the answer and the commit, and the server rotates strictly.
  start_with(grant());
  const SystemTime now = time_.system_now();
  Repository::RefreshWish dead{kServer, stored().generation, "dead", now, now + kTurnTime};
  ASSERT_EQ(RefreshTurn::Kind::kOurs, wait(repository_.begin_refresh(dead)).value().kind);
  other_ = make();
  load_other();
  EXPECT_EQ("a1", current(*other_)->token.reveal());
  EXPECT_TRUE(current(*other_)->is_usable(time_.steady_now())) << "the old access token is used as long as it lives";
  fetcher_.answer_json(kToken, R"({"error":"invalid_grant"})", 400);
  Answers answer(1);
  ask(*other_, answer);
  time_.advance(kTurnTime + 1s);
  ASSERT_TRUE(answer[0].has_value());
  EXPECT_EQ(ErrorCode::kUnauthenticated, answer[0]->error().code);
}

TEST_F(TokenManagerTest, ANewTokenIsNotUsedBeforeItIsStored) {
  start_with(grant());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.hold();
  Answers answer(1);
  ask(*manager_, answer);
  repository_.fail_next(Error{ErrorCode::kUnavailable, "the disk is full", {}});
  fetcher_.release();
  time_.run_ready();
  ASSERT_TRUE(answer[0] && !*answer[0]);
  EXPECT_NE(std::string::npos, answer[0]->error().message.find("the new one could not be stored: the disk is full"));
  EXPECT_EQ("a1", current()->token.reveal());
  time_.advance(kRenewRetryMin);
  ASSERT_TRUE(renew());
  EXPECT_EQ("a2", current()->token.reveal());
  EXPECT_EQ("r2", stored().tokens.refresh_token.reveal());
  EXPECT_EQ(1u, requests()) << "the used refresh token is not sent again";
}

TEST_F(TokenManagerTest, ANewAuthorizationBeatsARefreshThatIsUnderWay) {
  start_with(grant());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.hold();
  Answers answer(1);
  ask(*manager_, answer);
  Grant approved = grant();
  approved.tokens.access_token = Secret("approved");
  start_with(approved);
  fetcher_.release();
  time_.run_ready();
  ASSERT_TRUE(answer[0] && *answer[0]);
  EXPECT_EQ("approved", (**answer[0])->token.reveal());
  EXPECT_EQ("approved", stored().tokens.access_token.reveal());
}

TEST_F(TokenManagerTest, MissingScopesAreRememberedOnce) {
  start_with(grant());
  const auto source = manager_->source_of(kServer);
  source->note_missing_scopes(current(), {"write"});
  time_.run_ready();
  EXPECT_EQ(std::vector<std::string>{"write"}, stored().missing_scopes);
  EXPECT_EQ(std::vector<std::string>{"write"}, current()->missing_scopes);
  const auto generation = stored().generation;
  source->note_missing_scopes(current(), {"write"});
  time_.run_ready();
  EXPECT_EQ(generation, stored().generation);
  EXPECT_EQ("a1", current()->token.reveal());
}

TEST_F(TokenManagerTest, AServerCannotMissScopesWithoutEnd) {
  start_with(grant());
  std::vector<std::string> scopes;
  for (std::size_t i = 0; i < kMissingScopesMax; ++i)
    scopes.push_back("s" + std::to_string(i));
  manager_->source_of(kServer)->note_missing_scopes(current(), scopes);
  time_.run_ready();
  EXPECT_EQ(scopes, stored().missing_scopes);
  const auto generation = stored().generation;
  manager_->source_of(kServer)->note_missing_scopes(current(), {"more"});
  time_.run_ready();
  EXPECT_EQ(generation, stored().generation);
}

TEST_F(TokenManagerTest, ADroppedGrantIsGivenBack) {
  Grant given = grant();
  given.revocation_endpoint = "https://as.example/revoke";
  start_with(given);
  fetcher_.answer_json("POST https://as.example/revoke", "", 200);
  ASSERT_TRUE(wait(manager_->drop(kServer)));
  time_.run_ready();
  EXPECT_EQ(1u, fetcher_.count("POST https://as.example/revoke"));
  EXPECT_EQ(0u, repository_.grant_count());
  EXPECT_EQ("", current()->token.reveal());
  manager_->forget(kServer);
  time_.run_ready();
  EXPECT_EQ(1u, fetcher_.count("POST https://as.example/revoke")) << "once";
}

TEST_F(TokenManagerTest, AServerThatDoesNotRevokeIsNoObstacle) {
  Grant given = grant();
  given.revocation_endpoint = "https://as.example/revoke";
  start_with(given);
  fetcher_.fail("POST https://as.example/revoke", Error{ErrorCode::kUnavailable, "down", {}});
  EXPECT_TRUE(wait(manager_->drop(kServer)));
  time_.run_ready();
  EXPECT_TRUE(log_.contains("a grant could not be revoked"));
}

TEST_F(TokenManagerTest, AStopLetsARefreshEndButKeepsNobodyWaiting) {
  start_with(grant());
  fetcher_.answer_json(kToken, tokens("a2", "r2"));
  fetcher_.hold();
  Answers answer(1);
  ask(*manager_, answer);
  stops_.spawn(manager_->stop());
  time_.run_ready();
  ASSERT_TRUE(answer[0].has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, answer[0]->error().code);
  fetcher_.release();
  time_.run_ready();
  EXPECT_EQ("r2", stored().tokens.refresh_token.reveal());
  EXPECT_EQ(0u, stops_.size());
}

TEST_F(TokenManagerTest, AStopDoesNotWaitForEver) {
  start_with(grant());
  fetcher_.hold();
  Answers answer(1);
  ask(*manager_, answer);
  stops_.spawn(manager_->stop());
  time_.advance(kLastRenewalTime + 1s);
  EXPECT_EQ(0u, stops_.size());
}

}  // namespace
}  // namespace jungle::oauth

#include "store/sql_oauth_repository.h"

#include <gtest/gtest.h>

#include "oauth/testing/repository_contract.h"
#include "store/sql_catalog_repository.h"
#include "store/stored_time.h"
#include "store/testing/sealed_store_test.h"
#include "store/testing/sql_harness.h"

namespace jungle::store {
namespace {}  // namespace
}  // namespace jungle::store

namespace jungle::oauth::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, RepositoryContract, store::testing::SqlHarness<store::SqlOAuthRepository>);
}  // namespace jungle::oauth::testing

namespace jungle::store {
namespace {

using catalog::ServerName;
using oauth::Grant;
using oauth::PendingSession;

class SqlOAuthRepositoryTest : public testing::SealedStoreTest {
 protected:
  SqlOAuthRepositoryTest() { reopen(); }
  void reopen() {
    repository_.reset();
    open();
    repository_.emplace(*database_, unlock(), time_);
  }
  Grant stored(Grant grant) { return wait(repository_->store_grant(std::move(grant))).value(); }

  static Grant secretive_grant(const std::string& server) {
    Grant grant;
    grant.server = ServerName(server);
    grant.server_url = "https://mcp.example/?key=canary-url";
    grant.client = {"id", oauth::ClientAuthMethod::kPrivateKeyJwt, Secret("canary-client"), Secret("canary-key")};
    grant.tokens.access_token = Secret("canary-access");
    grant.tokens.token_type = "Bearer";
    grant.tokens.refresh_token = Secret("canary-refresh");
    grant.scopes = {"a", "b"};
    return grant;
  }
  static PendingSession secretive_session() {
    PendingSession session;
    session.id = "aa";
    session.server = ServerName("up");
    session.server_url = "https://mcp.example/?key=canary-url";
    session.server_input = Secret(R"({"bearer_token":"canary-input"})");
    session.state = Secret("canary-state");
    session.code_verifier = Secret("canary-verifier");
    session.client = {"id", oauth::ClientAuthMethod::kClientSecretPost, Secret("canary-client"), Secret("canary-key")};
    return session;
  }

  std::optional<SqlOAuthRepository> repository_;
};

TEST_F(SqlOAuthRepositoryTest, TheFileHoldsNoSecretInClear) {
  stored(secretive_grant("up"));
  ASSERT_TRUE(wait(repository_->store_session(secretive_session())).has_value());
  oauth::RegisteredClient client{
      oauth::Issuer("https://as"), "http://cb", {"id", {}, Secret("canary-dcr"), {}}, {}, {}};
  ASSERT_TRUE(wait(repository_->store_client(client)).has_value());
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
  repository_.reset();
  sealing_.reset();
  database_.reset();
  EXPECT_EQ(std::string::npos, bytes().find("canary"));
}

TEST_F(SqlOAuthRepositoryTest, ASecretThatWasMovedDoesNotOpen) {
  stored(secretive_grant("one"));
  stored(secretive_grant("two"));
  execute(
      {"UPDATE upstream_o_auth_tokens SET access_token = (SELECT access_token FROM upstream_o_auth_tokens WHERE "
       "server_name = 'one') WHERE server_name = 'two'"});
  const auto loaded = wait(repository_->load_grants()).value();
  EXPECT_EQ(1u, loaded.grants.size());
  ASSERT_EQ(1u, loaded.warnings.size());
  EXPECT_EQ(0u, loaded.warnings[0].find("the OAuth grant of server 'two': access_token of 'two'"))
      << loaded.warnings[0];
  EXPECT_FALSE(wait(repository_->find_grant(ServerName("two"))).has_value());
}

TEST_F(SqlOAuthRepositoryTest, ReadsTheGrantsOfMcpJungle) {
  execute(
      {"INSERT INTO upstream_o_auth_tokens (server_name, transport, client_id, client_secret, redirect_uri, scopes, "
       "access_token, token_type, refresh_token, scope, expires_at) VALUES ('todoist', 'streamable_http', 'dcr-id', "
       "'dcr-sec', 'http://127.0.0.1:9999/cb', '[\"mcp.read\"]', 'AT', 'Bearer', 'RT', 'mcp.read', "
       "'2026-11-23 01:59:58.101035618+01:00')",
       "INSERT INTO upstream_o_auth_tokens (server_name, transport, client_id, access_token, expires_at) VALUES "
       "('forever', 'sse', 'public', 'AT2', '0001-01-01 00:00:00+00:00')"});
  reopen();
  const auto todoist = wait(repository_->find_grant(ServerName("todoist"))).value();
  ASSERT_TRUE(todoist.has_value());
  EXPECT_EQ("AT", todoist->tokens.access_token.reveal());
  EXPECT_EQ("RT", todoist->tokens.refresh_token.reveal());
  EXPECT_EQ("dcr-sec", todoist->client.secret.reveal());
  EXPECT_EQ(oauth::ClientAuthMethod::kClientSecretPost, todoist->client.method);
  EXPECT_EQ(std::vector<std::string>{"mcp.read"}, todoist->scopes);
  EXPECT_EQ(oauth::GrantState::kActive, todoist->state);
  EXPECT_EQ("", todoist->token_endpoint);
  ASSERT_TRUE(todoist->tokens.expires_at.has_value());
  EXPECT_EQ("2026-11-23 00:59:58.101035618+00:00", stored_time(*todoist->tokens.expires_at));
  const auto forever = wait(repository_->find_grant(ServerName("forever"))).value();
  EXPECT_EQ(std::nullopt, forever->tokens.expires_at);
  EXPECT_EQ(oauth::ClientAuthMethod::kNone, forever->client.method);
}

TEST_F(SqlOAuthRepositoryTest, WritesGrantsThatMcpJungleReads) {
  stored(secretive_grant("up"));
  EXPECT_EQ("up|streamable_http|id|[\"a\",\"b\"]|Bearer|0001-01-01 00:00:00+00:00",
            query("SELECT server_name || '|' || transport || '|' || client_id || '|' || scopes || '|' || token_type || "
                  "'|' || expires_at FROM upstream_o_auth_tokens"));
  EXPECT_EQ("NULL", query("SELECT deleted_at FROM upstream_o_auth_tokens"));
}

TEST_F(SqlOAuthRepositoryTest, ARowThatCameBackIsAnotherOne) {
  const Grant first = stored(secretive_grant("up"));
  ASSERT_TRUE(wait(repository_->remove_grant(ServerName("up"))).has_value());
  time_.advance(Millis(5));
  EXPECT_GT(stored(secretive_grant("up")).generation, first.generation);
}

TEST_F(SqlOAuthRepositoryTest, DeregisteringTakesGrantAndSessionToo) {
  insert(catalog::testing::http_spec("up"));
  stored(secretive_grant("up"));
  ASSERT_TRUE(wait(repository_->store_session(secretive_session())).has_value());
  SqlCatalogRepository catalog(*database_, *sealing_, time_);
  ASSERT_TRUE(wait(catalog.remove(ServerName("up"))).has_value());
  EXPECT_FALSE(wait(repository_->find_grant(ServerName("up"))).value());
  EXPECT_FALSE(wait(repository_->find_session("aa")).value());
}

// Contract section 12: tests of MCPJungle reach into this table.
TEST_F(SqlOAuthRepositoryTest, SeesWhatOthersDoToASession) {
  PendingSession session = secretive_session();
  session.expires_at = time_.system_now() + Seconds(600);
  ASSERT_TRUE(wait(repository_->store_session(session)).has_value());
  EXPECT_EQ("1", query("SELECT COUNT(*) FROM upstream_o_auth_pending_sessions WHERE session_id = 'aa'"));
  execute({"UPDATE upstream_o_auth_pending_sessions SET expires_at = '2020-01-01 00:00:00'"});
  const auto found = wait(repository_->find_session("aa")).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_LT(found->expires_at, time_.system_now());
  execute({"DELETE FROM upstream_o_auth_pending_sessions"});
  EXPECT_FALSE(wait(repository_->find_session("aa")).value());
}

TEST_F(SqlOAuthRepositoryTest, SessionsOfMcpJungleAreSweptAndNotTaken) {
  execute(
      {"INSERT INTO upstream_o_auth_pending_sessions (session_id, server_name, transport, server_input, state, "
       "code_verifier, expires_at) VALUES ('old', 'up', 'sse', '{}', 's', 'v', '2020-01-01 00:00:00+00:00')"});
  EXPECT_FALSE(wait(repository_->find_session("old")).value());
  EXPECT_EQ(1, wait(repository_->sweep_sessions(time_.system_now())).value());
}

}  // namespace
}  // namespace jungle::store

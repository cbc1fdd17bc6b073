#include "oauth/revocation.h"

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "oauth/testing/scripted_fetcher.h"

namespace jungle::oauth {
namespace {

class RevocationTest : public jungle::testing::CoroTest {
 protected:
  RevocationTest() {
    grant_.server_url = "https://mcp.example/mcp";
    grant_.revocation_endpoint = "https://as.example/revoke";
    grant_.client.id = "cid";
    grant_.tokens.access_token = Secret("acc");
    grant_.tokens.refresh_token = Secret("ref");
  }
  Task<Result<void>> run_revoke() { return revoke(fetcher_, time_, random_, grant_); }

  testing::ScriptedFetcher fetcher_{context_.get_executor()};
  jungle::testing::FakeRandom random_;
  Grant grant_;
};

CORO_TEST_F(RevocationTest, GivesTheRefreshTokenBack) {
  fetcher_.answer_json("POST https://as.example/revoke", "");
  const auto revoked = co_await run_revoke();
  EXPECT_TRUE(revoked.has_value());
  CO_ASSERT_EQ(1u, fetcher_.requests().size());
  EXPECT_EQ("token=ref&token_type_hint=refresh_token&client_id=cid", fetcher_.requests()[0].body);
  EXPECT_EQ("https://mcp.example/mcp", fetcher_.requests()[0].server_url);
}

CORO_TEST_F(RevocationTest, GivesTheAccessTokenBackWhereThereIsNoOther) {
  grant_.tokens.refresh_token = Secret();
  grant_.client.method = ClientAuthMethod::kClientSecretBasic;
  grant_.client.secret = Secret("sec");
  fetcher_.answer_json("POST https://as.example/revoke", "");
  const auto revoked = co_await run_revoke();
  EXPECT_TRUE(revoked.has_value());
  EXPECT_EQ("token=acc&token_type_hint=access_token", fetcher_.requests()[0].body);
  EXPECT_EQ("Basic Y2lkOnNlYw==", testing::header_of(fetcher_.requests()[0], "Authorization"));
}

CORO_TEST_F(RevocationTest, AsksNobodyWithoutAnEndpointOrAToken) {
  Grant none = grant_;
  none.revocation_endpoint.clear();
  auto revoked = co_await revoke(fetcher_, time_, random_, none);
  EXPECT_TRUE(revoked.has_value());
  grant_.tokens = Tokens();
  revoked = co_await run_revoke();
  EXPECT_TRUE(revoked.has_value());
  EXPECT_TRUE(fetcher_.requests().empty());
}

CORO_TEST_F(RevocationTest, SaysThatItWasRefused) {
  fetcher_.answer_json("POST https://as.example/revoke", "{}", 503);
  const auto revoked = co_await run_revoke();
  CO_ASSERT_FALSE(revoked.has_value());
  EXPECT_EQ("the revocation endpoint answered HTTP 503", revoked.error().message);
}

}  // namespace
}  // namespace jungle::oauth

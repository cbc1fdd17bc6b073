#include "oauth/token_endpoint.h"

#include <optional>
#include <string>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "base/text.h"
#include "oauth/limits.h"
#include "oauth/testing/scripted_fetcher.h"

namespace jungle::oauth {
namespace {

using Kind = TokenFailure::Kind;
using testing::header_of;

constexpr const char* kRequest = "POST https://as.example/token";

// Made for this test with `openssl genpkey -algorithm ed25519`.
constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

class TokenEndpointTest : public jungle::testing::CoroTest {
 protected:
  TokenEndpointTest() { fetcher_.answer_json(kRequest, R"({"access_token":"AT","token_type":"Bearer"})"); }

  static TokenTarget target(ClientAuthMethod method = ClientAuthMethod::kNone) {
    TokenTarget target;
    target.server_url = "https://mcp.example/mcp";
    target.token_endpoint = "https://as.example/token";
    target.issuer = Issuer("https://as.example");
    target.client.id = "the client";
    target.client.method = method;
    if (method != ClientAuthMethod::kNone) target.client.secret = Secret("s+:ret");
    if (method == ClientAuthMethod::kPrivateKeyJwt) target.client.private_key = Secret(kPrivateKey);
    return target;
  }

  Task<void> keep(Task<TokenResult> task, std::optional<TokenResult>& result) {
    auto got = co_await std::move(task);
    result.emplace(std::move(got));
  }
  TokenResult wait(Task<TokenResult> task) {
    std::optional<TokenResult> result;
    run(keep(std::move(task), result));
    return std::move(*result);
  }
  TokenResult refresh(TokenTarget target = TokenEndpointTest::target(), const std::string& token = "RT") {
    return wait(endpoint_.refresh(std::move(target), Secret(token), {}));
  }
  TokenResult answered(const std::string& body, int status = 200) {
    fetcher_.answer_json(kRequest, body, status);
    return refresh();
  }
  const FetchRequest& sent() const { return fetcher_.requests().back(); }

  testing::ScriptedFetcher fetcher_{context_.get_executor()};
  jungle::testing::FakeRandom random_;
  TokenEndpoint endpoint_{fetcher_, time_, random_};
};

TEST_F(TokenEndpointTest, ExchangesACode) {
  TokenTarget where = target();
  where.resource = "https://mcp.example/mcp";
  const auto tokens =
      wait(endpoint_.exchange_code(where, {Secret("C&D"), Secret("verifier"), "http://127.0.0.1:1/cb"}));
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ("AT", tokens->access_token.reveal());
  EXPECT_EQ(
      "grant_type=authorization_code&code=C%26D&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb&code_verifier=verifier&"
      "client_id=the+client&resource=https%3A%2F%2Fmcp.example%2Fmcp",
      sent().body);
  EXPECT_EQ("application/x-www-form-urlencoded", header_of(sent(), "Content-Type"));
  EXPECT_EQ("application/json", header_of(sent(), "Accept"));
  EXPECT_EQ("https://mcp.example/mcp", sent().server_url);
  EXPECT_EQ("", header_of(sent(), "Authorization"));
}

TEST_F(TokenEndpointTest, RefreshesAndKeepsTheOldRefreshTokenIfThereIsNoNewOne) {
  const auto kept = refresh();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ("RT", kept->refresh_token.reveal());
  EXPECT_EQ("grant_type=refresh_token&refresh_token=RT&client_id=the+client", sent().body);
  const auto rotated = answered(R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  EXPECT_EQ("RT2", rotated->refresh_token.reveal());
}

TEST_F(TokenEndpointTest, AsksWithClientCredentials) {
  const auto tokens =
      wait(endpoint_.client_credentials(target(ClientAuthMethod::kClientSecretBasic), {"mcp.read", "mcp.write"}));
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ("grant_type=client_credentials&scope=mcp.read+mcp.write", sent().body);
}

// RFC 6749 §2.3.1: id and secret are form-encoded before they are put together.
TEST_F(TokenEndpointTest, ProvesTheClientWithBasicAuthentication) {
  ASSERT_TRUE(refresh(target(ClientAuthMethod::kClientSecretBasic)).has_value());
  EXPECT_EQ("Basic " + base64_encode("the+client:s%2B%3Aret", Padding::kWith), header_of(sent(), "Authorization"));
  EXPECT_EQ(std::string::npos, sent().body.find("client_id"));
}

TEST_F(TokenEndpointTest, ProvesTheClientInTheBody) {
  ASSERT_TRUE(refresh(target(ClientAuthMethod::kClientSecretPost)).has_value());
  EXPECT_NE(std::string::npos, sent().body.find("&client_id=the+client&client_secret=s%2B%3Aret"));
  EXPECT_EQ("", header_of(sent(), "Authorization"));
}

// RFC 7523 §3.
TEST_F(TokenEndpointTest, ProvesTheClientWithAnAssertion) {
  ASSERT_TRUE(refresh(target(ClientAuthMethod::kPrivateKeyJwt)).has_value());
  EXPECT_NE(std::string::npos,
            sent().body.find("&client_id=the+client&client_assertion_type="
                             "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="));
  const std::string assertion = sent().body.substr(sent().body.rfind('=') + 1);
  const std::string claims = base64url_decode(split(assertion, '.').at(1)).value();
  const auto now = std::chrono::duration_cast<Seconds>(time_.system_now().time_since_epoch()).count();
  EXPECT_NE(std::string::npos,
            claims.find(R"({"iss":"the client","sub":"the client","aud":"https://as.example","jti":)"))
      << claims;
  EXPECT_NE(std::string::npos,
            claims.find(R"("iat":)" + std::to_string(now) + R"(,"exp":)" + std::to_string(now + 60) + "}"))
      << claims;
  EXPECT_EQ(std::string::npos, sent().body.find("client_secret"));
}

TEST_F(TokenEndpointTest, SaysThatAPrivateKeyCannotBeUsedAndAsksNobody) {
  TokenTarget where = target(ClientAuthMethod::kPrivateKeyJwt);
  where.client.private_key = Secret("canary");
  const auto tokens = refresh(where);
  ASSERT_FALSE(tokens.has_value());
  EXPECT_EQ(ErrorCode::kInvalidArgument, tokens.error().cause.code);
  EXPECT_EQ(std::string::npos, tokens.error().cause.message.find("canary"));
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(TokenEndpointTest, ReadsWhatItGot) {
  const auto tokens = answered(
      R"({"access_token":"AT","token_type":"bEARER","expires_in":3600,"refresh_token":"RT2","scope":"a b","x":{}})");
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ("bEARER", tokens->token_type);
  EXPECT_EQ("a b", tokens->scope);
  EXPECT_EQ(time_.system_now() + Seconds(3600), tokens->expires_at);
}

TEST_F(TokenEndpointTest, TakesLifetimesAsServersWriteThem) {
  const auto lifetime = [&](const std::string& member) {
    const auto tokens = answered(R"({"access_token":"AT","token_type":"Bearer")" + member + "}");
    if (!tokens || !tokens->expires_at) return std::string("none");
    return std::to_string(std::chrono::duration_cast<Seconds>(*tokens->expires_at - time_.system_now()).count());
  };
  EXPECT_EQ("none", lifetime(""));
  EXPECT_EQ("none", lifetime(R"(,"expires_in":null)"));
  EXPECT_EQ("60", lifetime(R"(,"expires_in":"60")"));
  EXPECT_EQ("0", lifetime(R"(,"expires_in":-5)"));
  EXPECT_EQ(std::to_string(kTokenLifetimeMax.count()), lifetime(R"(,"expires_in":9223372036854775807)"));
}

TEST_F(TokenEndpointTest, TakesAnAnswerWithoutTokenTypeForABearerToken) {
  EXPECT_EQ("Bearer", answered(R"({"access_token":"AT"})")->token_type);
}

struct Failing {
  int status;
  std::string body;
  Kind kind;
  std::string message;
};

TEST_F(TokenEndpointTest, KnowsWhatAFailureMeans) {
  const std::vector<Failing> cases{
      {400, R"({"error":"invalid_grant","error_description":"expired"})", Kind::kInvalidGrant,
       "token request failed: OAuth error: invalid_grant - expired"},
      {200, R"({"error":"invalid_grant"})", Kind::kInvalidGrant, "token request failed: OAuth error: invalid_grant"},
      {401, R"({"error":"invalid_client"})", Kind::kInvalidClient, "token request failed: OAuth error: invalid_client"},
      {400, R"({"error":"invalid_scope"})", Kind::kRefused, "token request failed: OAuth error: invalid_scope"},
      {400, R"({"error":{"code":1}})", Kind::kRefused, "token request failed: OAuth error: unknown"},
      {200, R"({"ok":false,"error":"temporarily_unavailable"})", Kind::kUnavailable,
       "token request failed: OAuth error: temporarily_unavailable"},
      {500, R"({"error":"invalid_grant"})", Kind::kUnavailable, "token request failed: OAuth error: invalid_grant"},
      {503, "<html>", Kind::kUnavailable, "token request failed: the token endpoint answered HTTP 503: <html>"},
      {429, "", Kind::kUnavailable, "token request failed: the token endpoint answered HTTP 429"},
      {401, "unauthorized", Kind::kRefused, "token request failed: the token endpoint answered HTTP 401: unauthorized"},
      {302, "", Kind::kRefused,
       "token request failed: the token endpoint answered HTTP 302 (redirects are not followed)"},
      {204, "", Kind::kRefused, "token request failed: the token endpoint answered HTTP 204"},
      {200, "access_token=AT", Kind::kRefused,
       "token request failed: the answer of the token endpoint is not a JSON object"},
      {200, R"({"token_type":"Bearer"})", Kind::kRefused,
       "token request failed: the answer of the token endpoint has no access_token"},
      {200, R"({"access_token":"a b"})", Kind::kRefused,
       "token request failed: the answer of the token endpoint has an access_token that no header can carry"},
      {200, R"({"access_token":"a\r\nX: y"})", Kind::kRefused,
       "token request failed: the answer of the token endpoint has an access_token that no header can carry"},
      {200, R"({"access_token":["AT"]})", Kind::kRefused,
       "token request failed: the answer of the token endpoint makes no sense: its member 'access_token' is not a "
       "string"},
      {200, R"({"access_token":"AT","token_type":"DPoP"})", Kind::kRefused,
       "token request failed: the answer of the token endpoint has the token_type 'DPoP'; only bearer tokens are "
       "supported"},
  };
  for (const Failing& each : cases) {
    SCOPED_TRACE(each.body);
    const auto tokens = answered(each.body, each.status);
    ASSERT_FALSE(tokens.has_value());
    EXPECT_EQ(each.kind, tokens.error().kind);
    EXPECT_EQ(each.message, tokens.error().cause.message);
  }
}

TEST_F(TokenEndpointTest, ANetworkThatFailsIsNoVerdictOnTheGrant) {
  fetcher_.fail(kRequest, {ErrorCode::kDeadlineExceeded, "as.example did not answer in time", {}});
  const auto tokens = refresh();
  ASSERT_FALSE(tokens.has_value());
  EXPECT_EQ(Kind::kUnavailable, tokens.error().kind);
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, tokens.error().cause.code);
  EXPECT_EQ("token request failed: as.example did not answer in time", tokens.error().cause.message);
}

TEST_F(TokenEndpointTest, TakesATokenOfTheLargestSizeAndNoLargerOne) {
  EXPECT_TRUE(answered(R"({"access_token":")" + std::string(kTokenBytesMax, 'a') + "\"}").has_value());
  EXPECT_FALSE(answered(R"({"access_token":")" + std::string(kTokenBytesMax + 1, 'a') + "\"}").has_value());
  EXPECT_FALSE(
      answered(R"({"access_token":"a","refresh_token":")" + std::string(kTokenBytesMax + 1, 'a') + "\"}").has_value());
}

TEST_F(TokenEndpointTest, DoesNotQuoteWhatItSent) {
  fetcher_.answer_json(kRequest, R"({"error":"invalid_grant","error_description":"no RT-canary for s+:ret\u001b[2J"})",
                       400);
  const auto tokens = refresh(target(ClientAuthMethod::kClientSecretPost), "RT-canary");
  ASSERT_FALSE(tokens.has_value());
  EXPECT_EQ("token request failed: OAuth error: invalid_grant - no *** for *** [2J", tokens.error().cause.message);
}

}  // namespace
}  // namespace jungle::oauth

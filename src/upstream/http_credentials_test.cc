// What requests to HTTP servers present.
#include <string>
#include <vector>

#include "upstream/http_endpoint.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpUpstreamTest;
using ::testing::Not;
using testing::Reply;
using testing::SeenRequest;

class HttpCredentialsTest : public HttpUpstreamTest {
 protected:
  // The value of a header in every request so far.
  std::vector<std::string> sent(const std::string& header) const {
    std::vector<std::string> values;
    for (const SeenRequest& request : imposter_.requests())
      values.push_back(request.header(header));
    return values;
  }
  // Answers `method` to those who present `authorization`, and 401 to others.
  void protect(const std::string& method, const std::string& authorization, const std::string& body = "who are you?") {
    const auto serve = answers_.at("\"" + method + "\"");
    answer(method, [=](const SeenRequest& request) {
      return request.header("authorization") == authorization ? serve(request) : http::testing::text(body, 401);
    });
  }
  // Answers `method` with 403 and a bearer challenge.
  void forbid(const std::string& method, const std::string& parameters) {
    answer(method, [=](const SeenRequest&) {
      return http::testing::text("not you", 403).with_header("WWW-Authenticate", "Bearer " + parameters);
    });
  }
  static catalog::ServerEntry with_bearer(catalog::ServerEntry server, const std::string& token) {
    server.spec.bearer_token = Secret(token);
    return server;
  }
  oauth::testing::FixedTokenSource& source() { return *tokens_.fixed("web"); }
};

CORO_TEST_F(HttpCredentialsTest, PresentTheStaticCredentialWithEveryRequestOfASession) {
  be_legacy(true);
  auto server = with_bearer(http_server(imposter_.url()), "t0ken");
  server.spec.headers = {{"X-Workspace", Secret("w1")}};
  server.spec.session_mode = catalog::SessionMode::kStateful;
  co_await call(server, "t", "{}");
  co_await upstreams_->stop();
  co_await until_count("DELETE", 1);
  EXPECT_EQ(1u, count("initialize"));
  EXPECT_EQ(1u, count("notifications/initialized"));
  EXPECT_THAT(sent("authorization"), Each("Bearer t0ken"));
  EXPECT_THAT(sent("x-workspace"), Each("w1"));
}

TEST(HttpEndpointTest, CarriesTheAuthoritiesOfTheServer) {
  catalog::ServerSpec spec;
  spec.url = "https://h/mcp";
  spec.ca_file = "/ca.pem";
  const auto endpoint = HttpEndpoint::create(spec).value();
  EXPECT_EQ("/ca.pem", endpoint.ca_file());
  EXPECT_EQ("/ca.pem", endpoint.with({{"X-A", Secret("b")}}).ca_file());
}

CORO_TEST_F(HttpCredentialsTest, PresentTheStaticCredentialToAModernServer) {
  be_modern();
  const auto server = with_bearer(http_server(imposter_.url()), "t0ken");
  co_await call(server, "t", "{}");
  EXPECT_THAT(sent("authorization"), ElementsAre("Bearer t0ken", "Bearer t0ken"));
}

CORO_TEST_F(HttpCredentialsTest, AnAuthorizationHeaderInAnySpellingBeatsTheBearerToken) {
  be_modern();
  auto server = with_bearer(http_server(imposter_.url()), "t0ken");
  server.spec.headers = {{"aUTHORIZATION", Secret("token custom")}};
  co_await call(server, "t", "{}");
  EXPECT_THAT(sent("authorization"), Each("token custom"));
  for (const SeenRequest& request : imposter_.requests())
    EXPECT_THAT(request.head, Not(HasSubstr("t0ken")));
}

CORO_TEST_F(HttpCredentialsTest, AStaticCredentialIsTriedAlone) {
  be_modern();
  protect("tools/call", "Bearer right");
  const auto server = with_bearer(http_server(imposter_.url()), "wrong");
  source().give("oauth");
  source().renews_to("right");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ(
      "failed: server 'web': the server refused the credential you gave (HTTP 401): check bearer_token and headers; it "
      "answered HTTP 401 with text/plain: who are you?",
      text);
  EXPECT_THAT(source().renewed(), ElementsAre());
  EXPECT_THAT(sent("authorization"), Each("Bearer wrong"));
}

CORO_TEST_F(HttpCredentialsTest, ARefusalIsOursWhateverItsForm) {
  be_modern();
  const auto server = with_bearer(http_server(imposter_.url()), "wrong-one");
  answer("tools/call", [](const SeenRequest&) {
    return http::testing::json(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"bad token wrong-one"}})",
                               401)
        .with_header("WWW-Authenticate", "Bearer resource_metadata=\"https://evil.example/\"");
  });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("failed: server 'web': the server refused the credential you gave (HTTP 401)"));
  EXPECT_THAT(text, HasSubstr("; bad token *********"));
  EXPECT_THAT(text, Not(HasSubstr("evil")));
}

CORO_TEST_F(HttpCredentialsTest, AServerThatRepeatsTheCredentialIsNotQuotedWithIt) {
  be_modern();
  auto server = with_bearer(http_server(imposter_.url()), "s3cret/token");
  server.spec.headers = {{"Authorization", Secret("token hush-hush")}, {"X-Api-Key", Secret("k3y+k3y+k3y")}};
  answer("tools/call", [](const SeenRequest& request) {
    return http::testing::json("{\"got\":\"" + request.header("authorization") + request.header("x-api-key") + "\"}",
                               401);
  });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("***"));
  EXPECT_THAT(text, Not(HasSubstr("hush")));
  EXPECT_THAT(text, Not(HasSubstr("k3y")));
}

CORO_TEST_F(HttpCredentialsTest, RegistrationTellsWhatTheServerSaid) {
  be_legacy(false);
  const auto refuse = [](const SeenRequest&) {
    return http::testing::text("no", 401)
        .with_header("WWW-Authenticate", "Bearer scope=\"a\"")
        .with_header("WWW-Authenticate", "Basic realm=\"b\"");
  };
  answer("server/discover", refuse);
  answer("initialize", refuse);
  const auto server = http_server(imposter_.url());
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnauthenticated, found.error().code);
  EXPECT_EQ(
      "server 'web': the server requires authorization (HTTP 401) and no credential was given: set bearer_token or "
      "headers; it answered HTTP 401 with text/plain: no",
      found.error().message);
  CO_ASSERT_TRUE(attempt_.refusal.has_value());
  EXPECT_EQ(401, attempt_.refusal->status);
  EXPECT_THAT(attempt_.refusal->challenges, ElementsAre("Bearer scope=\"a\"", "Basic realm=\"b\""));
}

CORO_TEST_F(HttpCredentialsTest, RegistrationPresentsATokenThatItIsGiven) {
  be_legacy(true);
  protect("server/discover", "Bearer fresh");
  protect("initialize", "Bearer fresh");
  const auto server = http_server(imposter_.url());
  attempt_.access_token = Secret("fresh");
  answer("tools/list", [](const SeenRequest& r) { return testing::result(r, R"("tools":[])"); });
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(attempt_.refusal.has_value());
  co_await until_count("DELETE", 1);
  EXPECT_THAT(sent("authorization"), Each("Bearer fresh"));
}

CORO_TEST_F(HttpCredentialsTest, CallsPresentTheTokenOfTheMoment) {
  be_modern();
  const auto server = http_server(imposter_.url());
  source().give("first");
  co_await call(server, "t", "{}");
  source().give("second");
  co_await call(server, "t", "{}");
  EXPECT_THAT(sent("authorization"), ElementsAre("Bearer first", "Bearer first", "Bearer second"));
}

CORO_TEST_F(HttpCredentialsTest, ATokenIsPresentedWithEveryRequestOfASession) {
  be_legacy(true);
  auto server = http_server(imposter_.url());
  server.spec.session_mode = catalog::SessionMode::kStateful;
  source().give("tok");
  co_await call(server, "t", "{}");
  co_await upstreams_->stop();
  co_await until_count("DELETE", 1);
  EXPECT_THAT(sent("authorization"), Each("Bearer tok"));
}

CORO_TEST_F(HttpCredentialsTest, ATokenThatRanOutIsRenewedBeforeItIsSent) {
  be_modern();
  const auto server = http_server(imposter_.url());
  oauth::AccessToken old = *oauth::access_token_of(Secret("old"));
  old.usable_until = time_.steady_now() - 1s;
  source().give(old);
  source().renews_to("new");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_THAT(source().renewed(), ElementsAre("old"));
  EXPECT_THAT(sent("authorization"), Each("Bearer new"));
}

CORO_TEST_F(HttpCredentialsTest, ARefusedTokenIsRenewedOnceAndTheCallSentAgain) {
  be_modern();
  protect("tools/call", "Bearer new");
  const auto server = http_server(imposter_.url());
  source().give("revoked");
  source().renews_to("new");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_THAT(source().renewed(), ElementsAre("revoked"));
  EXPECT_EQ(2u, count("tools/call"));
}

CORO_TEST_F(HttpCredentialsTest, ATokenThatIsRefusedAgainIsAnError) {
  be_modern();
  protect("tools/call", "Bearer none", "go away, Bearer second-token");
  const auto server = http_server(imposter_.url());
  source().give("first");
  source().renews_to("second-token");
  source().renews_to("third");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ(
      "failed: server 'web': the server refused the access token of its authorization server (HTTP 401); if it stays "
      "so, "
      "run `mcpjungle authorize web`; it answered HTTP 401 with text/plain: go away, Bearer ************",
      text);
  EXPECT_THAT(source().renewed(), ElementsAre("first"));
  EXPECT_EQ(2u, count("tools/call"));
}

CORO_TEST_F(HttpCredentialsTest, ASessionIsOpenedWithARenewedToken) {
  be_legacy(true);
  protect("initialize", "Bearer new");
  protect("server/discover", "Bearer new");
  auto server = http_server(imposter_.url());
  source().give("revoked");
  source().renews_to("new");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_THAT(source().renewed(), ElementsAre("revoked"));
}

CORO_TEST_F(HttpCredentialsTest, AServerThatNeedsAuthorizationIsNotAsked) {
  be_modern();
  const auto server = http_server(imposter_.url());
  oauth::AccessToken none;
  none.problem = Error{ErrorCode::kUnauthenticated, "server 'web' needs authorization", {}};
  source().give(none);
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: needs authorization", text);
  EXPECT_TRUE(imposter_.requests().empty());
}

CORO_TEST_F(HttpCredentialsTest, ScopesThatACallNeedsAreNotedAndTheCallSaysWhatToDo) {
  be_modern();
  forbid("tools/call", "error=\"insufficient_scope\", scope=\"write admin\"");
  const auto server = http_server(imposter_.url());
  source().give("reader");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ(
      "failed: server 'web': the request needs the scope 'write admin' (HTTP 403, insufficient_scope): run "
      "`mcpjungle authorize web` to grant it; it answered HTTP 403 with text/plain: not you",
      text);
  EXPECT_THAT(source().missing_scopes(), ElementsAre(ElementsAre("write", "admin")));
  EXPECT_THAT(source().renewed(), ElementsAre());
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(HttpCredentialsTest, ScopesThatASessionNeedsAreNoted) {
  be_legacy(true);
  forbid("initialize", "error=\"insufficient_scope\", scope=\"mcp\"");
  auto server = http_server(imposter_.url());
  server.revision = "2025-11-25";
  source().give("reader");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("needs the scope 'mcp'"));
  EXPECT_THAT(source().missing_scopes(), ElementsAre(ElementsAre("mcp")));
  EXPECT_EQ(1u, count("initialize"));
}

CORO_TEST_F(HttpCredentialsTest, AnInsufficientScopeCountsWhateverTheBodySays) {
  be_modern();
  const auto server = http_server(imposter_.url());
  source().give("reader");
  answer("tools/call", [](const SeenRequest& r) {
    return testing::error(r, -32001, 403).with_header("WWW-Authenticate", "Bearer error=\"insufficient_scope\"");
  });
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ(
      "failed: server 'web': the request needs a scope that the server does not name (HTTP 403, insufficient_scope): "
      "run "
      "`mcpjungle authorize web` to grant it; no",
      text);
}

CORO_TEST_F(HttpCredentialsTest, AnotherForbiddenIsNoMatterOfScopes) {
  be_modern();
  forbid("tools/call", "error=\"access_denied\", scope=\"write\"");
  const auto server = http_server(imposter_.url());
  source().give("reader");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it answered HTTP 403 with text/plain: not you", text);
  EXPECT_TRUE(source().missing_scopes().empty());
}

CORO_TEST_F(HttpCredentialsTest, AScopeThatRepeatsTheTokenIsNotPassedOn) {
  be_modern();
  forbid("tools/call", "error=\"insufficient_scope\", scope=\"write reader-token x:reader-token\"");
  const auto server = http_server(imposter_.url());
  source().give("reader-token");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, Not(HasSubstr("reader-token")));
  EXPECT_THAT(source().missing_scopes(), ElementsAre(ElementsAre("write")));
}

CORO_TEST_F(HttpCredentialsTest, AStaticCredentialHasTheScopesThatItHas) {
  be_modern();
  forbid("tools/call", "error=\"insufficient_scope\", scope=\"write\"");
  const auto server = with_bearer(http_server(imposter_.url()), "t0ken");
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("needs the scope 'write' (HTTP 403, insufficient_scope), which the credential you gave "
                              "lacks: check bearer_token and headers; "));
  EXPECT_TRUE(source().missing_scopes().empty());
}

CORO_TEST_F(HttpCredentialsTest, WithoutATokenA401IsNoReasonToRenew) {
  be_modern();
  protect("tools/call", "Bearer none");
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("no credential was given"));
  EXPECT_THAT(source().renewed(), ElementsAre());
  EXPECT_EQ(1u, count("tools/call"));
}

// A registered server is listed with the token that its calls present.
CORO_TEST_F(HttpCredentialsTest, AListingRenewsATokenThatRanOut) {
  be_modern();
  answer("tools/list",
         [](const SeenRequest& r) { return testing::result(r, R"("resultType":"complete","tools":[])"); });
  oauth::AccessToken old = *oauth::access_token_of(Secret("old"));
  old.usable_until = SteadyTime{};
  source().give(std::move(old));
  source().renews_to("new");
  attempt_.tokens = tokens_.source_of(catalog::ServerName("web"));
  auto found = co_await discoverer_->discover(http_server(imposter_.url()).spec, attempt_);
  EXPECT_TRUE(found.has_value());
  EXPECT_THAT(source().renewed(), ElementsAre("old"));
  EXPECT_THAT(sent("authorization"), Each("Bearer new"));
}

CORO_TEST_F(HttpCredentialsTest, AListingThatNeedsAPersonSaysSo) {
  be_modern();
  source().give("revoked");
  protect("server/discover", "Bearer other");
  attempt_.tokens = tokens_.source_of(catalog::ServerName("web"));
  auto found = co_await discoverer_->discover(http_server(imposter_.url()).spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnauthenticated, found.error().code);
  EXPECT_THAT(source().renewed(), ElementsAre("revoked"));
}

}  // namespace
}  // namespace jungle::upstream

// Registration and authorization with OAuth, through the REST API, against a scripted authorization server.
#include <string>
#include <vector>

#include "admin/testing/admin_test.h"
#include "admin_api/json.h"
#include "catalog/testing/samples.h"
#include "oauth/limits.h"

namespace jungle::admin {
namespace {

using catalog::ServerName;
using catalog::testing::discovery_of_tools;

constexpr const char* kResource = "GET https://mcp.example/.well-known/oauth-protected-resource/mcp";
constexpr const char* kMetadata = "GET https://as.example/.well-known/oauth-authorization-server";
constexpr const char* kRegister = "POST https://as.example/register";
constexpr const char* kToken = "POST https://as.example/token";
constexpr const char* kCallback = "http://127.0.0.1:9999/oauth/callback";

std::string server_document(const std::string& more = R"(,"code_challenge_methods_supported":["S256"])") {
  return R"({"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize",)"
         R"("token_endpoint":"https://as.example/token","registration_endpoint":"https://as.example/register")" +
         more + "}";
}

std::string member(const std::string& json, const std::string& name) {
  const auto value = admin_api::parse_json(json, admin_api::Trailing::kIgnore).value();
  const admin_api::Json* inner = value.find("authorization_required");
  return std::string(inner == nullptr ? value.text_of(name) : inner->text_of(name));
}

class UpstreamOAuthTest : public testing::AdminTest {
 protected:
  UpstreamOAuthTest() {
    discoverer_.find("todoist", discovery_of_tools({"add_task"}));
    discoverer_.refuse("todoist", challenge(), "AT");
    fetcher_.answer_json(kResource,
                         R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"],)"
                         R"("scopes_supported":["tasks"]})");
    fetcher_.answer_json(kMetadata, server_document());
    fetcher_.answer_json(kRegister, R"({"client_id":"dynamic"})", 201);
    fetcher_.answer_json(kToken,
                         R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT","expires_in":3600})");
  }

  static upstream::Refusal challenge(const std::string& more = "") {
    upstream::Refusal refusal;
    refusal.status = 401;
    refusal.challenges = {"Bearer realm=\"mcp\"" + more};
    return refusal;
  }
  static std::string input(const std::string& more = "", const std::string& name = "todoist") {
    return R"({"name":")" + name + R"(","transport":"streamable_http","url":"https://mcp.example/mcp")" + more + "}";
  }
  static std::string with_redirect() {
    return input(std::string(R"(,"oauth_redirect_uri":")") + kCallback + R"(","description":"tasks")");
  }

  // What the person's browser brings back.
  static std::string response_to(const RestAnswer& required, const std::string& more = "") {
    const std::string url = member(required.body, "authorization_url");
    return R"({"code":"CODE","state":")" + url.substr(url.find("&state=") + 7) + "\"" + more + "}";
  }
  RestAnswer complete(const RestAnswer& required, const std::string& more = "") {
    return complete(required, response_to(required, more), 0);
  }
  RestAnswer complete(const RestAnswer& required, const std::string& body, int) {
    return post("/api/v0/upstream_oauth/sessions/" + member(required.body, "session_id") + "/complete", body);
  }
  RestAnswer begun() {
    const RestAnswer required = post("/api/v0/servers", with_redirect());
    EXPECT_EQ(202, required.status) << required.body;
    return required;
  }
  void register_todoist() {
    const RestAnswer registered = complete(begun());
    ASSERT_EQ(201, registered.status) << registered.body;
    fetcher_.forget_requests();
  }

  std::optional<oauth::Grant> grant(const std::string& server = "todoist") {
    std::optional<oauth::Grant> found;
    run(find(ServerName(server), found));
    return found;
  }
  Task<void> find(ServerName server, std::optional<oauth::Grant>& found) {
    auto got = co_await grants_.find_grant(std::move(server));
    found = got.value();
  }
  Task<void> note(oauth::Grant grant) {
    auto stored = co_await grants_.store_state(std::move(grant));
    EXPECT_TRUE(stored.has_value());
  }
  Task<void> relist(Result<Registrar::Entry>& listed) {
    listed = co_await control_.refresh_server(ServerName("todoist"));
  }
  std::vector<std::string> servers() {
    std::vector<std::string> names;
    for (const auto& server : catalog_.published().load()->servers())
      names.push_back(server->spec.name.str());
    return names;
  }
  static std::string error_in(const RestAnswer& answer) { return member(answer.body, "error"); }
};

using Names = std::vector<std::string>;

TEST_F(UpstreamOAuthTest, SaysThatARedirectUriIsNeeded) {
  const RestAnswer answer = post("/api/v0/servers", input());
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ(
      R"({"error":"upstream server requires OAuth authorization, but oauth_redirect_uri was not provided: invalid user )"
      R"(input\nupstream OAuth authorization required","code":"upstream_oauth_required"})",
      answer.body);
  EXPECT_EQ(0u, fetcher_.count(kRegister));
  EXPECT_EQ(0u, grants_.session_count());
}

TEST_F(UpstreamOAuthTest, RegistersAfterApproval) {
  const RestAnswer required = begun();
  EXPECT_EQ(64u, member(required.body, "session_id").size());
  const std::string url = member(required.body, "authorization_url");
  EXPECT_EQ(0u, url.find("https://as.example/authorize?client_id=dynamic&code_challenge=")) << url;
  EXPECT_NE(
      std::string::npos,
      url.find("&redirect_uri=http%3A%2F%2F127.0.0.1%3A9999%2Foauth%2Fcallback&resource=https%3A%2F%2Fmcp.example%"
               "2Fmcp&response_type=code&scope=tasks&state="))
      << url;
  EXPECT_EQ('Z', member(required.body, "expires_at").back());
  EXPECT_TRUE(servers().empty());

  const RestAnswer registered = complete(required);
  EXPECT_EQ(201, registered.status) << registered.body;
  EXPECT_EQ(0u, registered.body.find(R"({"server":{"name":"todoist","transport":"streamable_http","enabled":true,)"
                                     R"("description":"tasks")"))
      << registered.body;
  EXPECT_EQ(Names{"todoist"}, servers());
  ASSERT_TRUE(grant().has_value());
  EXPECT_EQ("AT", grant()->tokens.access_token.reveal());
  EXPECT_EQ("RT", grant()->tokens.refresh_token.reveal());
  EXPECT_EQ("https://mcp.example/mcp", grant()->server_url);
  EXPECT_EQ(0u, grants_.session_count());
  EXPECT_EQ(404, complete(required).status) << "it is used up";
}

TEST_F(UpstreamOAuthTest, AScopeOfTheChallengeCounts) {
  discoverer_.refuse("todoist", challenge(R"(, scope="tasks:write")"), "AT");
  EXPECT_NE(std::string::npos, member(begun().body, "authorization_url").find("&scope=tasks%3Awrite&"));
}

// mcpjungle/MCPJungle#289.
TEST_F(UpstreamOAuthTest, AServerThatAdvertisesNothingWantsAnotherToken) {
  fetcher_.answer(kResource, oauth::FetchAnswer{.status = 404});
  const RestAnswer answer = post("/api/v0/servers", with_redirect());
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ(std::string::npos, answer.body.find("upstream_oauth_required")) << answer.body;
  for (const oauth::FetchRequest& request : fetcher_.requests())
    EXPECT_EQ("GET", request.method) << request.url.str();
}

TEST_F(UpstreamOAuthTest, AStaticCredentialIsTriedAlone) {
  for (const char* credential : {R"(,"bearer_token":"wrong")", R"(,"headers":{"authorization":"token wrong"})",
                                 R"(,"bearer_token":"wrong",)"
                                 R"("oauth_redirect_uri":"http://127.0.0.1:9999/cb")"}) {
    const RestAnswer answer = post("/api/v0/servers", input(credential));
    EXPECT_EQ(400, answer.status) << answer.body;
    EXPECT_EQ(std::string::npos, answer.body.find("upstream_oauth_required")) << answer.body;
  }
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(UpstreamOAuthTest, ChecksTheResponse) {
  const RestAnswer required = begun();
  EXPECT_EQ("session_id, code and state are required: invalid user input",
            error_in(complete(required, R"({"code":"","state":"x"})", 0)));
  EXPECT_EQ("unexpected EOF", error_in(complete(required, "{", 0)));
  RestAnswer answer = complete(required, R"({"code":"CODE","state":"wrong-state"})", 0);
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ("upstream OAuth session state mismatch: invalid user input", error_in(answer));
  answer = complete(required, R"(,"iss":"https://evil.example")");
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, error_in(answer).find("comes from the issuer 'https://evil.example'"));
  EXPECT_EQ(0u, fetcher_.count(kToken)) << "the code went nowhere";
  answer = post("/api/v0/upstream_oauth/sessions/ghost-session/complete", R"({"code":"abc123","state":"xyz789"})");
  EXPECT_EQ(404, answer.status);
  EXPECT_EQ("upstream OAuth session not found: not found", error_in(answer));
  EXPECT_EQ(201, complete(required, R"(,"iss":"https://as.example")").status);
}

TEST_F(UpstreamOAuthTest, AServerThatNamesItselfMustDoSo) {
  fetcher_.answer_json(kMetadata, server_document(R"(,"code_challenge_methods_supported":["S256"],)"
                                                  R"("authorization_response_iss_parameter_supported":true)"));
  const RestAnswer required = begun();
  EXPECT_EQ(400, complete(required).status);
  EXPECT_EQ(400, complete(required, R"(,"iss":"https://as.example/")").status);
  EXPECT_EQ(201, complete(required, R"(,"iss":"https://as.example")").status);
}

TEST_F(UpstreamOAuthTest, ASessionEndsAfterTenMinutes) {
  const RestAnswer required = begun();
  time_.advance(oauth::kSessionTime);
  const RestAnswer answer = complete(required);
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ("upstream OAuth session expired: invalid user input", error_in(answer));
  EXPECT_EQ(1u, grants_.session_count());
}

TEST_F(UpstreamOAuthTest, ARefusedCodeIsTheOtherSidesFault) {
  const RestAnswer required = begun();
  fetcher_.answer_json(kToken, R"({"error":"invalid_grant","error_description":"expired"})", 400);
  const RestAnswer answer = complete(required);
  EXPECT_EQ(502, answer.status);
  EXPECT_EQ(
      "failed to exchange OAuth authorization code for token: token request failed: OAuth error: invalid_grant - "
      "expired",
      error_in(answer));
  EXPECT_TRUE(servers().empty());
  EXPECT_EQ(0u, grants_.grant_count());
}

TEST_F(UpstreamOAuthTest, AServerThatFailsAfterTheApprovalCanBeTriedAgain) {
  const RestAnswer required = begun();
  discoverer_.fail("todoist", {ErrorCode::kUnavailable, "it is down", {}});
  EXPECT_EQ(502, complete(required).status);
  EXPECT_EQ(0u, grants_.grant_count()) << "no grant without a server";
  discoverer_.find("todoist", discovery_of_tools({"add_task"}));
  EXPECT_EQ(201, complete(required).status);
  EXPECT_EQ(1u, fetcher_.count(kToken)) << "nobody had to approve twice";
}

TEST_F(UpstreamOAuthTest, ATokenThatTheServerRefusesIsNotKept) {
  const RestAnswer required = begun();
  discoverer_.refuse("todoist", challenge(R"(, scope="admin")"), "another");
  const RestAnswer answer = complete(required);
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, error_in(answer).find("refused the token that 'https://as.example' had just given; it "
                                                     "wants the scopes admin: name them in oauth_scopes"))
      << error_in(answer);
  EXPECT_EQ(0u, grants_.grant_count());
}

TEST_F(UpstreamOAuthTest, AnAbandonedReplacementChangesNothing) {
  register_todoist();
  const auto before = grant();
  const RestAnswer required = post("/api/v0/servers?force=true", with_redirect());
  EXPECT_EQ(202, required.status) << required.body;
  time_.advance(oauth::kSessionTime);
  EXPECT_EQ(400, complete(required).status);
  EXPECT_EQ(Names{"todoist"}, servers());
  EXPECT_TRUE(before == grant());
}

TEST_F(UpstreamOAuthTest, AReplacementTakesTheGrantAlong) {
  register_todoist();
  fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  EXPECT_EQ(201, complete(post("/api/v0/servers?force=true", with_redirect())).status);
  EXPECT_EQ(Names{"todoist"}, servers());
  EXPECT_EQ("RT2", grant()->tokens.refresh_token.reveal());
}

TEST_F(UpstreamOAuthTest, ATakenNameIsSaidBeforeAnybodyApproves) {
  register_todoist();
  const RestAnswer answer = post("/api/v0/servers", with_redirect());
  EXPECT_EQ(409, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("UNIQUE"));
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(UpstreamOAuthTest, ACatalogThatRefusesPutsTheFormerGrantBack) {
  register_todoist();
  const RestAnswer required = post("/api/v0/servers?force=true", with_redirect());
  fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  repository_.fail_next({ErrorCode::kUnavailable, "the database is full", {}});
  EXPECT_EQ(502, complete(required).status);
  EXPECT_EQ("RT", grant()->tokens.refresh_token.reveal());
}

TEST_F(UpstreamOAuthTest, AuthorizesAgainInPlace) {
  register_todoist();
  EXPECT_EQ(200, post("/api/v0/tools/disable?entity=todoist__add_task").status);
  fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  const RestAnswer required = post("/api/v0/servers/todoist/authorize");
  ASSERT_EQ(202, required.status) << required.body;
  EXPECT_EQ(0u, fetcher_.count(kRegister)) << "the client of before, with the redirect URI of the settings";
  const RestAnswer authorized = complete(required);
  EXPECT_EQ(200, authorized.status) << authorized.body;
  EXPECT_EQ("RT2", grant()->tokens.refresh_token.reveal());
  const auto server = catalog_.published().load()->find_server("todoist");
  EXPECT_FALSE(server->tools[0].enabled) << "flags stay";
  EXPECT_EQ("tasks", server->spec.description);
}

TEST_F(UpstreamOAuthTest, AuthorizesAgainWithTheScopesThatWereMissing) {
  register_todoist();
  oauth::Grant lacking = *grant();
  lacking.state = oauth::GrantState::kNeedsAuthorization;
  lacking.missing_scopes = {"admin"};
  run(note(std::move(lacking)));
  const RestAnswer required =
      post("/api/v0/servers/todoist/authorize", std::string(R"({"oauth_redirect_uri":")") + kCallback + "\"}");
  EXPECT_NE(std::string::npos, member(required.body, "authorization_url").find("&scope=tasks+admin&")) << required.body;
  EXPECT_EQ(200, complete(required).status);
  EXPECT_EQ(oauth::GrantState::kActive, grant()->state);
  EXPECT_TRUE(grant()->missing_scopes.empty());
}

TEST_F(UpstreamOAuthTest, ScopesThatCallsMissedAreShownAndAskedFor) {
  register_todoist();
  EXPECT_EQ(std::string::npos, get("/api/v0/servers").body.find("authorization"));
  const auto source = tokens_.source_of(ServerName("todoist"));
  source->note_missing_scopes(source->published().load(), {"write", "admin"});
  time_.run_ready();
  const RestAnswer shown = get("/api/v0/servers");
  EXPECT_NE(std::string::npos, shown.body.find(R"("authorization":"needs_scopes","missing_scopes":["write","admin"])"))
      << shown.body;
  const RestAnswer required = post("/api/v0/servers/todoist/authorize");
  EXPECT_NE(std::string::npos, member(required.body, "authorization_url").find("&scope=tasks+write+admin&"))
      << required.body;
  EXPECT_EQ(200, complete(required).status);
  EXPECT_EQ(std::string::npos, get("/api/v0/servers").body.find("authorization"));
}

TEST_F(UpstreamOAuthTest, AServerIsListedAnewWithItsToken) {
  Result<Registrar::Entry> listed = Error{};
  run(relist(listed));
  EXPECT_EQ(ErrorCode::kNotFound, listed.error().code);
  register_todoist();
  discoverer_.find("todoist", discovery_of_tools({"add_task", "end_task"}));
  run(relist(listed));
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  EXPECT_EQ(2u, (*listed)->tools.size());
  EXPECT_EQ(*listed, catalog_.published().load()->find_server("todoist"));
}

TEST_F(UpstreamOAuthTest, AServerIsListedAnewAfterANewAuthorizationSinceItMayHaveBeenLeftAlone) {
  register_todoist();
  const RestAnswer required = post("/api/v0/servers/todoist/authorize");
  fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  const std::size_t before = discoverer_.asked().size();
  EXPECT_EQ(200, complete(required).status);
  EXPECT_EQ(before + 2, discoverer_.asked().size()) << "with the new token first, then like any other server";
}

TEST_F(UpstreamOAuthTest, ANewGrantIsKeptEvenIfTheServerIsDown) {
  register_todoist();
  const RestAnswer required = post("/api/v0/servers/todoist/authorize");
  discoverer_.fail("todoist", {ErrorCode::kUnavailable, "it is down", {}});
  fetcher_.answer_json(kToken, R"({"access_token":"AT","token_type":"Bearer","refresh_token":"RT2"})");
  EXPECT_EQ(200, complete(required).status);
  EXPECT_EQ("RT2", grant()->tokens.refresh_token.reveal());
  EXPECT_EQ(1u, catalog_.published().load()->find_server("todoist")->tools.size());
}

TEST_F(UpstreamOAuthTest, OnlyServersWithOAuthAreAuthorized) {
  EXPECT_EQ(404, post("/api/v0/servers/nobody/authorize").status);
  discoverer_.find("open", discovery_of_tools({"echo"}));
  ASSERT_EQ(201, post("/api/v0/servers", http_input("open")).status);
  RestAnswer answer = post("/api/v0/servers/open/authorize");
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ("MCP server open: it does not ask for authorization", error_in(answer));
  discoverer_.find("local", discovery_of_tools({"echo"}));
  ASSERT_EQ(201, post("/api/v0/servers", R"({"name":"local","transport":"stdio","command":"x"})").status);
  answer = post("/api/v0/servers/local/authorize");
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, error_in(answer).find("a stdio server has no OAuth"));
}

TEST_F(UpstreamOAuthTest, AHandMadeClientStaysWithItsAuthorizationServer) {
  const RestAnswer required = post("/api/v0/servers", input(std::string(R"(,"oauth_redirect_uri":")") + kCallback +
                                                            R"(","oauth_client_id":"hand","oauth_client_secret":"s")"));
  ASSERT_EQ(201, complete(required).status);
  fetcher_.answer_json(kResource,
                       R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://evil.example"]})");
  fetcher_.answer_json("GET https://evil.example/.well-known/oauth-authorization-server",
                       R"({"issuer":"https://evil.example","authorization_endpoint":"https://evil.example/a",)"
                       R"("token_endpoint":"https://evil.example/t","code_challenge_methods_supported":["S256"]})");
  fetcher_.forget_requests();
  const RestAnswer answer = post("/api/v0/servers/todoist/authorize");
  EXPECT_EQ(502, answer.status);
  EXPECT_NE(std::string::npos, error_in(answer).find("has moved from the authorization server 'https://as.example' to "
                                                     "'https://evil.example'"));
  EXPECT_EQ(0u, fetcher_.count("POST https://evil.example/t"));
}

TEST_F(UpstreamOAuthTest, AMovedServerGetsANewClientThere) {
  register_todoist();
  fetcher_.answer_json(kResource,
                       R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://new.example"]})");
  fetcher_.answer_json("GET https://new.example/.well-known/oauth-authorization-server",
                       R"({"issuer":"https://new.example","authorization_endpoint":"https://new.example/a",)"
                       R"("token_endpoint":"https://new.example/t","registration_endpoint":"https://new.example/r",)"
                       R"("code_challenge_methods_supported":["S256"]})");
  fetcher_.answer_json("POST https://new.example/r", R"({"client_id":"newcomer"})", 201);
  const RestAnswer required = post("/api/v0/servers/todoist/authorize");
  EXPECT_EQ(0u, member(required.body, "authorization_url").find("https://new.example/a?client_id=newcomer&"))
      << required.body;
}

TEST_F(UpstreamOAuthTest, ClientCredentialsNeedNobody) {
  const std::string robot =
      R"(,"oauth_grant":"client_credentials","oauth_client_id":"robot","oauth_client_secret":"s3cret")";
  const RestAnswer registered = post("/api/v0/servers", input(robot));
  EXPECT_EQ(201, registered.status) << registered.body;
  EXPECT_EQ(oauth::GrantKind::kClientCredentials, grant()->kind);
  EXPECT_EQ(0u, grants_.session_count());
  EXPECT_EQ(200, post("/api/v0/servers/todoist/authorize").status);
  fetcher_.answer_json(kToken, R"({"error":"invalid_client"})", 401);
  EXPECT_EQ(502, post("/api/v0/servers?force=true", input(robot)).status);
  EXPECT_EQ(Names{"todoist"}, servers());
}

struct Attack {
  const char* request;
  std::string answer;
  const char* words;
};

TEST_F(UpstreamOAuthTest, AttacksAreRefusedAndNamed) {
  const std::string s256 = R"(,"code_challenge_methods_supported":["S256"])";
  const std::vector<Attack> attacks{
      {kResource, R"({"resource":"https://evil.example/mcp","authorization_servers":["https://as.example"]})",
       "is about another resource"},
      {kResource, R"({"resource":"https://mcp.example/mcp","authorization_servers":["http://169.254.169.254"]})",
       "is refused: it is not https"},
      {kMetadata, R"({"issuer":"https://evil.example","token_endpoint":"https://as.example/token"})",
       "names the issuer 'https://evil.example'"},
      {kMetadata,
       R"x({"issuer":"https://as.example","authorization_endpoint":"javascript:alert(1)",)x"
       R"("token_endpoint":"https://as.example/token"})",
       "its authorization_endpoint 'javascript:alert(1)' is refused"},
      {kMetadata,
       R"({"issuer":"https://as.example","authorization_endpoint":"https://as.example/a",)"
       R"("token_endpoint":"http://169.254.169.254/latest/meta-data/"})",
       "its token_endpoint 'http://169.254.169.254/latest/meta-data/' is refused"},
      {kMetadata, server_document(R"(,"code_challenge_methods_supported":["plain"])"),
       "does not support PKCE with S256"},
      {kMetadata, server_document(""), "set oauth_assume_s256 for this server"},
  };
  for (const Attack& attack : attacks) {
    SCOPED_TRACE(attack.words);
    fetcher_.answer_json(kResource,
                         R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"]})");
    fetcher_.answer_json(kMetadata, server_document(s256));
    fetcher_.answer_json(attack.request, attack.answer);
    const RestAnswer answer = post("/api/v0/servers", with_redirect());
    EXPECT_EQ(502, answer.status) << answer.body;
    EXPECT_NE(std::string::npos, error_in(answer).find(attack.words)) << error_in(answer);
  }
  EXPECT_EQ(0u, fetcher_.count(kRegister));
  EXPECT_EQ(0u, grants_.session_count());
}

TEST_F(UpstreamOAuthTest, AnAssumedS256IsEnough) {
  fetcher_.answer_json(kMetadata, server_document(""));
  EXPECT_EQ(202, post("/api/v0/servers",
                      input(std::string(R"(,"oauth_assume_s256":true,"oauth_redirect_uri":")") + kCallback + "\""))
                     .status);
}

TEST_F(UpstreamOAuthTest, AnUnknownGrantIsRefused) {
  const RestAnswer answer = post("/api/v0/servers", input(R"(,"oauth_grant":"password")"));
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ("unsupported oauth_grant: password (acceptable values: 'authorization_code', 'client_credentials')",
            error_in(answer));
}

TEST_F(UpstreamOAuthTest, PublishesWhoWeAre) {
  EXPECT_EQ(404, get("/oauth/client-metadata.json").status);
  AdminOptions options;
  options.client_metadata = R"({"client_id":"x"})";
  api_ = std::make_unique<AdminApi>(control_, gateway_, time_, random_, log_, std::move(options));
  const RestAnswer answer = get("/oauth/client-metadata.json");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"client_id":"x"})", answer.body);
}

}  // namespace
}  // namespace jungle::admin

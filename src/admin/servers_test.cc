#include <array>
#include <vector>

#include "admin/testing/admin_test.h"
#include "base/task_group.h"
#include "base/time_text.h"
#include "catalog/testing/samples.h"

namespace jungle::admin {
namespace {

using catalog::testing::discovery_of_tools;
using catalog::testing::small_discovery;

class ServersTest : public testing::AdminTest {
 protected:
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& server : catalog_.published().load()->servers())
      all.push_back(server->spec.name.str());
    return all;
  }
};

TEST_F(ServersTest, ListsNothingAtFirst) {
  EXPECT_EQ("[]", get("/api/v0/servers").body);
  EXPECT_EQ("[]", get("/api/v0/server_configs").body);
}

TEST_F(ServersTest, RegistersAnHttpServerAndShowsItWithoutItsSecrets) {
  discoverer_.find("up", small_discovery());
  const RestAnswer answer = post(
      "/api/v0/servers",
      R"({"NAME":"up","transport":"streamable_http","description":"desc","url":"http://127.0.0.1:18901/mcp","unknown":[],)"
      R"("bearer_token":"t0ken","headers":{"X-Api-Key":"k3y"}} trailing)");
  EXPECT_EQ(201, answer.status);
  const std::string view =
      R"({"name":"up","transport":"streamable_http","enabled":true,"description":"desc","url":"http://127.0.0.1:18901/mcp",)"
      R"("command":"","args":null,"env":null,"session_mode":"stateless"})";
  EXPECT_EQ(R"({"server":)" + view + "}", answer.body);
  EXPECT_EQ("[" + view + "]", get("/api/v0/servers").body);
  EXPECT_EQ("t0ken", discoverer_.asked().front().bearer_token.reveal());
}

TEST_F(ServersTest, ShowsConfigsThatWouldRegisterTheSameAgain) {
  const std::string http =
      R"({"name":"up","transport":"streamable_http","description":"","url":"https://h/mcp","bearer_token":"t",)"
      R"("headers":{"A":"b"},"session_mode":"stateful","protocol":"legacy","init_timeout_sec":5,"sync_interval_sec":60})";
  const std::string stdio =
      R"({"name":"st","transport":"stdio","description":"d","command":"npx","args":["-y","x"],"env":{"FOO":"bar"},)"
      R"("cwd":"/tmp","session_mode":"stateless","call_timeout_sec":60,"warm":0})";
  const std::string sse =
      R"({"name":"old","transport":"sse","description":"","url":"https://h/sse","bearer_token":"t","headers":{"A":"b"},)"
      R"("forward_headers":{"X-C":"X-D"},"session_mode":"stateless"})";
  const std::vector<std::pair<std::string, std::string>> inputs{{"up", http}, {"st", stdio}, {"old", sse}};
  for (const auto& [name, input] : inputs) {
    discoverer_.find(name, small_discovery());
    EXPECT_EQ(201, post("/api/v0/servers", input).status);
  }
  EXPECT_EQ("[" + http + "," + stdio + "," + sse + "]", get("/api/v0/server_configs?include_secrets=true").body);
  EXPECT_NE(std::string::npos,
            get("/api/v0/servers?include_secrets=true").body.find(R"("args":["-y","x"],"env":{"FOO":"bar"})"));
}

TEST_F(ServersTest, MasksSecretsUnlessTheyAreAskedFor) {
  discoverer_.find("up", small_discovery());
  discoverer_.find("st", small_discovery());
  const std::string http =
      R"({"name":"up","transport":"streamable_http","description":"","url":"https://h/mcp?key=canary",)"
      R"("bearer_token":"canary","headers":{"A":"canary"},"session_mode":"stateless","oauth_client_id":"id",)"
      R"("oauth_client_secret":"canary"})";
  const std::string stdio =
      R"({"name":"st","transport":"stdio","description":"","command":"npx","env":{"FOO":"canary"},)"
      R"("session_mode":"stateless"})";
  for (const std::string& input : {http, stdio}) {
    const RestAnswer answer = post("/api/v0/servers?include_secrets=true", input);
    EXPECT_EQ(201, answer.status);
    EXPECT_EQ(std::string::npos, answer.body.find("canary")) << answer.body;
  }
  EXPECT_EQ("[" + http + "," + stdio + "]", get("/api/v0/server_configs?include_secrets=true").body);
  for (const std::string query : {"", "?include_secrets=false"}) {
    const std::string configs = get("/api/v0/server_configs" + query).body;
    const std::string views = get("/api/v0/servers" + query).body;
    EXPECT_EQ(std::string::npos, (configs + views).find("canary")) << configs << views;
    EXPECT_NE(std::string::npos, views.find(R"("url":"https://h/mcp?key=********")")) << views;
    EXPECT_NE(std::string::npos, views.find(R"("env":{"FOO":"********"})")) << views;
    EXPECT_NE(std::string::npos, configs.find(R"("bearer_token":"********","headers":{"A":"********"})")) << configs;
    EXPECT_NE(std::string::npos, configs.find(R"("oauth_client_secret":"********")")) << configs;
  }
  EXPECT_EQ(400, get("/api/v0/servers?include_secrets=maybe").status);
}

TEST_F(ServersTest, RefusesToRegisterMasks) {
  const RestAnswer answer = post(
      "/api/v0/servers", R"({"name":"up","transport":"streamable_http","url":"http://h/","bearer_token":"********"})");
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("invalid bearer_token: it is masked; ")) << answer.body;
}

TEST_F(ServersTest, SaysWhatWasSetAside) {
  catalog::Discovery discovery = discovery_of_tools({"echo"});
  discovery.tools.push_back("{}");
  discovery.warnings = {"prompts could not be listed"};
  discoverer_.find("up", discovery);
  const RestAnswer answer = post("/api/v0/servers", http_input("up"));
  EXPECT_EQ(201, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find(R"("warnings":["prompts could not be listed","a tool)")) << answer.body;
  EXPECT_TRUE(log_.contains("prompts could not be listed"));
}

struct Refusal {
  std::string target;
  std::string body;
  std::string error;
};

TEST_F(ServersTest, ChecksInputInTheOrderOfTheContract) {
  const std::string acceptable = " (acceptable values: 'streamable_http', 'stdio', 'sse')";
  const auto named = [](const std::string& name) { return http_input(name); };
  const auto url = [](const std::string& text) {
    return R"({"name":"up","transport":"streamable_http","url":")" + text + R"("})";
  };
  const std::vector<Refusal> cases{
      {"?force=maybe", "", R"(invalid force query parameter: strconv.ParseBool: parsing \"maybe\": invalid syntax)"},
      {"", "", "EOF"},
      {"", "{", "unexpected EOF"},
      {"", R"({"oauth_scopes":"x"})",
       "json: cannot unmarshal string into Go struct field RegisterServerInput.oauth_scopes of type []string"},
      {"", "{}", "transport is required" + acceptable},
      {"", R"({"transport":"ws"})", "unsupported transport type: ws" + acceptable},
      {"", R"({"transport":"stdio","session_mode":"weird"})",
       "unsupported session mode: weird (acceptable values: 'stateless', 'stateful')"},
      {"", R"({"transport":"stdio","protocol":"weird"})",
       "unsupported protocol: weird (acceptable values: 'auto', 'legacy', 'modern')"},
      {"", R"({"transport":"streamable_http"})",
       "error creating streamable http server: url is required for streamable HTTP transport"},
      {"", R"({"transport":"sse"})", "error creating SSE server: url is required for SSE transport"},
      {"", R"({"transport":"stdio"})", "error creating stdio server: command is required for stdio transport"},
      {"", named(""), "invalid server name: '' must not be empty: invalid user input"},
      {"", named("a b"),
       "invalid server name: 'a b' must follow the regular expression ^[a-zA-Z0-9_-]+$: invalid user input"},
      {"", named("a/b"),
       "invalid server name: 'a/b' must follow the regular expression ^[a-zA-Z0-9_-]+$: invalid user input"},
      {"", named("a__b"),
       "invalid server name: 'a__b' must not contain multiple consecutive underscores: invalid user input"},
      {"", named("a_"), "invalid server name: 'a_' must not end with an underscore: invalid user input"},
      {"", url("ftp://x/y"), "invalid url: 'ftp://x/y' must be a valid http or https url: invalid user input"},
      {"", url("http:///missing-host"),
       "invalid url: 'http:///missing-host' must be a valid http or https url: invalid user input"},
      {"", url("not a url"), "invalid url: 'not a url' must be a valid http or https url: invalid user input"},
      {"", R"({"name":"up","transport":"sse","url":"http://h/sse","protocol":"modern"})",
       "invalid protocol: 'modern', servers of the transport 'sse' are legacy: invalid user input"},
      {"", R"({"name":"up","transport":"stdio","command":"x","warm":1000})",
       "invalid warm: '1000', must be a number from 0 to 16: invalid user input"},
      {"", R"({"name":"up","transport":"stdio","command":"x","init_timeout_sec":0})",
       "invalid init_timeout_sec: '0', must be a number of seconds from 1 to 3600: invalid user input"},
      {"", R"({"name":"up","transport":"stdio","command":"x","call_timeout_sec":86400})",
       "invalid call_timeout_sec: '86400', must be a number of seconds from 1 to 3600: invalid user input"},
      {"", R"({"name":"up","transport":"stdio","command":"x","call_timeout_sec":4294967297})",
       "invalid call_timeout_sec: '2147483647', must be a number of seconds from 1 to 3600: invalid user input"},
      {"", R"({"name":"up","transport":"streamable_http","url":"http://u/mcp","protocol":"2025-11-25"})",
       "unsupported protocol: 2025-11-25 (acceptable values: 'auto', 'legacy', 'modern')"},
  };
  for (const Refusal& c : cases) {
    const RestAnswer answer = post("/api/v0/servers" + c.target, c.body);
    EXPECT_EQ(400, answer.status) << c.body;
    EXPECT_EQ(R"({"error":")" + c.error + "\"}", answer.body);
  }
  EXPECT_EQ(400, post("/api/v0/servers", named(std::string(300, 'a'))).status);
  EXPECT_TRUE(discoverer_.asked().empty());
  EXPECT_TRUE(names().empty());
}

TEST_F(ServersTest, RefusesBodiesThatAreTooDeepOrTooMany) {
  EXPECT_EQ(413, post("/api/v0/servers", std::string(10'000, '[')).status);
  EXPECT_EQ(400, post("/api/v0/servers", "\xff\xfe").status);
}

struct Fault {
  ErrorCode code;
  int status;
};

TEST_F(ServersTest, KeepsNothingOfAServerThatCannotBeListed) {
  constexpr std::array kFaults{Fault{ErrorCode::kDeadlineExceeded, 504}, Fault{ErrorCode::kUnavailable, 502},
                               Fault{ErrorCode::kUpstreamRejected, 502}, Fault{ErrorCode::kInvalidArgument, 400}};
  for (const Fault& fault : kFaults) {
    discoverer_.fail("up", {fault.code, "initialization request to MCP server timed out", ""});
    const RestAnswer answer = post("/api/v0/servers", http_input("up"));
    EXPECT_EQ(fault.status, answer.status);
    EXPECT_EQ(R"({"error":"initialization request to MCP server timed out"})", answer.body);
  }
  EXPECT_TRUE(names().empty());
  register_server("up", small_discovery());  // And the name is free.
}

TEST_F(ServersTest, ARefusedCredentialIsWrongInput) {
  discoverer_.fail("up", {ErrorCode::kUnauthenticated, "the server refused the credential you gave", ""});
  const RestAnswer answer =
      post("/api/v0/servers", R"({"name":"up","transport":"streamable_http","url":"http://h/","bearer_token":"bad"})");
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ(R"({"error":"the server refused the credential you gave"})", answer.body);
}

TEST_F(ServersTest, SaysOnceWhichOfTwoCredentialsIsSent) {
  discoverer_.find("up", small_discovery());
  post("/api/v0/servers", R"({"name":"up","transport":"streamable_http","url":"http://h/","bearer_token":"b",)"
                          R"("headers":{"authorization":"token h"}})");
  std::size_t said = 0;
  for (const std::string& line : log_.lines())
    said += line.find("the Authorization header of headers is sent instead of bearer_token") != std::string::npos;
  EXPECT_EQ(1u, said);
}

TEST_F(ServersTest, RefusesADuplicateBeforeItAsksTheServer) {
  register_server("up", small_discovery());
  const RestAnswer answer = post("/api/v0/servers", http_input("up"));
  EXPECT_EQ(409, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("UNIQUE constraint failed: mcp_servers.name")) << answer.body;
  EXPECT_NE(std::string::npos, answer.body.find("already exists"));
  EXPECT_EQ(1U, discoverer_.asked().size());
}

TEST_F(ServersTest, RunsOneRegistrationOfANameAtATime) {
  discoverer_.find("up", small_discovery());
  discoverer_.find("other", small_discovery());
  discoverer_.hold();
  TaskGroup group(context_.get_executor(), nullptr);
  std::array<RestAnswer, 4> answers;
  group.spawn(keep(request("POST", "/api/v0/servers", http_input("up")), answers[0]));
  group.spawn(keep(request("POST", "/api/v0/servers", http_input("up")), answers[1]));
  group.spawn(keep(request("POST", "/api/v0/servers?force=true", http_input("up")), answers[2]));
  group.spawn(keep(request("POST", "/api/v0/servers", http_input("other")), answers[3]));
  time_.run_ready();
  EXPECT_EQ(2U, discoverer_.asked().size());
  discoverer_.release();
  time_.run_ready();
  EXPECT_EQ(0U, group.size());
  EXPECT_EQ(201, answers[0].status);
  EXPECT_EQ(409, answers[1].status);
  EXPECT_EQ(409, answers[2].status);
  EXPECT_NE(std::string::npos, answers[1].body.find("another registration of MCP server up is in progress"));
  EXPECT_EQ(201, answers[3].status);
}

TEST_F(ServersTest, NoticesADuplicateThatAppearedDuringTheHandshake) {
  discoverer_.find("up", small_discovery());
  discoverer_.hold();
  TaskGroup group(context_.get_executor(), nullptr);
  RestAnswer answer;
  group.spawn(keep(request("POST", "/api/v0/servers", http_input("up")), answer));
  time_.run_ready();
  run([](catalog::Catalog& catalog) -> Task<void> {
    auto spec = catalog::testing::http_spec("up");
    auto discovery = small_discovery();
    auto added = co_await catalog.add(std::move(spec), std::move(discovery));
    CO_ASSERT_TRUE(added.has_value());
  }(catalog_));
  discoverer_.release();
  time_.run_ready();
  EXPECT_EQ(409, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("UNIQUE")) << answer.body;
  EXPECT_EQ(1U, names().size());
}

TEST_F(ServersTest, ForceReplacesOnlyWhenTheNewServerAnswered) {
  register_server("up", discovery_of_tools({"old", "kept"}));
  ASSERT_EQ(200, post("/api/v0/tools/disable?entity=up__kept").status);

  discoverer_.fail("up", {ErrorCode::kUnavailable, "refused", ""});
  EXPECT_EQ(502, post("/api/v0/servers?force=true", http_input("up")).status);
  EXPECT_NE(std::string::npos, get("/api/v0/tools").body.find("up__old"));
  EXPECT_EQ(400, post("/api/v0/servers?force=1", R"({"name":"up","transport":"streamable_http","url":"x"})").status);
  EXPECT_NE(std::string::npos, get("/api/v0/tools").body.find("up__old"));

  discoverer_.find("up", discovery_of_tools({"kept", "fresh"}));
  EXPECT_EQ(201, post("/api/v0/servers?force=T", http_input("up")).status);
  const std::string tools = get("/api/v0/tools").body;
  EXPECT_EQ(std::string::npos, tools.find("up__old"));
  EXPECT_NE(std::string::npos, tools.find(R"("name":"up__kept","enabled":false)")) << tools;
  EXPECT_NE(std::string::npos, tools.find(R"("name":"up__fresh","enabled":true)")) << tools;
  EXPECT_EQ(1U, names().size());
}

TEST_F(ServersTest, ForceRegistersAServerThatIsNew) {
  discoverer_.find("up", small_discovery());
  EXPECT_EQ(201, post("/api/v0/servers?force=true", http_input("up")).status);
}

TEST_F(ServersTest, LosesNothingWhenTheDatabaseFails) {
  register_server("up", small_discovery());
  discoverer_.find("two", small_discovery());
  repository_.fail_next({ErrorCode::kInternal, "the database is full", "SQLITE_FULL"});
  const RestAnswer answer = post("/api/v0/servers", http_input("two"));
  EXPECT_EQ(500, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("failed to register mcp server: the database is full (request id "));
  EXPECT_TRUE(log_.contains("SQLITE_FULL"));
  EXPECT_EQ(std::vector<std::string>{"up"}, names());
}

TEST_F(ServersTest, ACallerThatLeavesEndsTheHandshakeAndKeepsNothing) {
  discoverer_.find("up", small_discovery());
  discoverer_.hold();
  TaskGroup group(context_.get_executor(), nullptr);
  RestAnswer answer;
  group.spawn(keep(request("POST", "/api/v0/servers", http_input("up")), answer));
  time_.run_ready();
  group.cancel();
  time_.run_ready();
  EXPECT_EQ(0U, group.size());
  EXPECT_EQ(499, answer.status);
  discoverer_.release();
  EXPECT_TRUE(names().empty());
  EXPECT_EQ(201, post("/api/v0/servers", http_input("up")).status);
}

TEST_F(ServersTest, DeregistersAServer) {
  register_server("up", small_discovery());
  RestAnswer answer = send("DELETE", "/api/v0/servers/up");
  EXPECT_EQ(204, answer.status);
  EXPECT_EQ("", answer.body);
  EXPECT_EQ("", answer.content_type);
  EXPECT_EQ("[]", get("/api/v0/tools").body);
  answer = send("DELETE", "/api/v0/servers/up");
  EXPECT_EQ(404, answer.status);
  EXPECT_EQ(R"({"error":"failed to get MCP server up from DB: MCP server up not found: not found"})", answer.body);
  EXPECT_EQ(404, send("DELETE", "/api/v0/servers/a%20b").status);
}

TEST_F(ServersTest, SuggestsTheNameThatWasMeant) {
  register_server("github", small_discovery());
  const RestAnswer answer = send("DELETE", "/api/v0/servers/gihtub");
  EXPECT_NE(std::string::npos, answer.body.find("MCP server gihtub not found: not found; did you mean 'github'?"));
}

TEST_F(ServersTest, SwitchesAServerWithAllItOffers) {
  register_server("up", small_discovery());
  RestAnswer answer = post("/api/v0/servers/up/disable");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"name":"up","tools_affected":["up__echo","up__add"],"prompts_affected":["up__greet"]})", answer.body);
  EXPECT_NE(std::string::npos, get("/api/v0/servers").body.find(R"("enabled":false)"));
  answer = post("/api/v0/servers/up/disable");
  EXPECT_EQ(R"({"name":"up","tools_affected":[],"prompts_affected":[]})", answer.body);
  EXPECT_EQ(200, post("/api/v0/servers/up/enable").status);
  EXPECT_NE(std::string::npos, get("/api/v0/servers").body.find(R"("enabled":true)"));
}

TEST_F(ServersTest, CannotSwitchAServerThatIsNotThere) {
  RestAnswer answer = post("/api/v0/servers/zz/disable");
  EXPECT_EQ(404, answer.status);
  EXPECT_EQ(R"({"error":"failed to mark server zz disabled: MCP server zz not found: not found"})", answer.body);
  answer = post("/api/v0/servers/zz/enable");
  EXPECT_EQ(R"({"error":"failed to mark server zz enabled: MCP server zz not found: not found"})", answer.body);
  answer = post("/api/v0/servers/a__b/enable");
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("invalid user input"));
}

TEST_F(ServersTest, RefreshSaysWhatHasChangedAndKeepsFlags) {
  register_server("up", catalog::testing::discovery_of_tools({"a", "b"}));
  EXPECT_EQ(200, post("/api/v0/tools/disable?entity=up__b").status);
  discoverer_.find("up", catalog::testing::discovery_of_tools({"b", "c"}));
  const RestAnswer answer = post("/api/v0/servers/up/refresh");
  EXPECT_EQ(200, answer.status);
  const std::string none = R"({"added":[],"removed":[],"changed":[]})";
  EXPECT_EQ(R"({"name":"up","tools":{"added":["up__c"],"removed":["up__a"],"changed":[]},"prompts":)" + none +
                R"(,"resources":)" + none + R"(,"resource_templates":)" + none + R"(,"warnings":[]})",
            answer.body);
  const auto server = catalog_.published().load()->find_server("up");
  EXPECT_FALSE(server->tools[0].enabled) << "it was disabled";
  EXPECT_TRUE(server->tools[1].enabled);
}

TEST_F(ServersTest, ARefreshThatFailsKeepsWhatWasThere) {
  register_server("up", catalog::testing::discovery_of_tools({"a"}));
  EXPECT_EQ(404, post("/api/v0/servers/upp/refresh").status);
  discoverer_.fail("up", {ErrorCode::kUnavailable, "it is down", {}});
  const RestAnswer answer = post("/api/v0/servers/up/refresh");
  EXPECT_EQ(502, answer.status);
  EXPECT_EQ(R"({"error":"it is down"})", answer.body);
  EXPECT_EQ(1u, catalog_.published().load()->find_server("up")->tools.size());
}

TEST_F(ServersTest, ShowsWhyAServerIsUnavailable) {
  register_server("up", catalog::testing::discovery_of_tools({"a"}));
  EXPECT_EQ(std::string::npos, get("/api/v0/servers").body.find("unavailable"));
  const auto health = health_.of(catalog_.published().load()->find_server("up")->spec);
  health->listing_failed({ErrorCode::kUnavailable, "server 'up': it is down", {}}, time_.steady_now() + Seconds(30));
  const std::string since = rfc3339(time_.system_now());
  const std::string next = rfc3339(time_.system_now() + Seconds(30));
  EXPECT_NE(std::string::npos,
            get("/api/v0/servers")
                .body.find(R"("unavailable_reason":"server 'up': it is down","unavailable_since":")" + since +
                           R"(","next_attempt_at":")" + next + "\"}"));
  health->listing_failed({ErrorCode::kUnauthenticated, "HTTP 401", {}}, kNever);
  EXPECT_EQ(std::string::npos, get("/api/v0/servers").body.find("next_attempt_at"));
  health->listing_succeeded();
  EXPECT_EQ(std::string::npos, get("/api/v0/servers").body.find("unavailable"));
}

TEST_F(ServersTest, ARefreshThatIsRefusedNamesTheRemedy) {
  register_server("up", catalog::testing::discovery_of_tools({"a"}));
  discoverer_.fail("up", {ErrorCode::kUnauthenticated, "server 'up': HTTP 401", {}});
  const RestAnswer answer = post("/api/v0/servers/up/refresh");
  EXPECT_EQ(502, answer.status);
  EXPECT_EQ(R"({"error":"server 'up': HTTP 401; if it takes OAuth, run `mcpjungle authorize up`"})", answer.body);
}

}  // namespace
}  // namespace jungle::admin

#include "gateway/gateway.h"

#include <map>
#include <memory>
#include <string>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "catalog/admission.h"
#include "catalog/definition.h"
#include "catalog/names.h"
#include "catalog/testing/samples.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/projection.h"
#include "mcp/tasks.h"
#include "mcp/testing/scripted_service.h"

namespace jungle::gateway {
namespace {

using mcp::testing::ScriptedService;

class FakeDirectory final : public upstream::Directory {
 public:
  mcp::Service& service_of(const catalog::ServerEntry& server) override { return *services.at(server.spec.name.str()); }
  std::map<std::string, mcp::Service*> services;
};

class GatewayTest : public testing::CoroTest {
 protected:
  GatewayTest() {
    directory_.services = {{"github", &github_}, {"files", &files_}};
    publish({server("github", {"create_issue", "list__issues"}), server("files", {"read"})});
  }

  static catalog::ServerEntry server(const std::string& name, const std::vector<std::string>& tools) {
    catalog::Discovery discovery = catalog::testing::discovery_of_tools(tools);
    discovery.capabilities = R"({"resources":{},"completions":{}})";
    discovery.prompts = {R"({"name":"greet"})"};
    discovery.resources = {R"({"uri":"file:///a.txt","name":"a"})"};
    return catalog::admit(catalog::testing::http_spec(name), std::move(discovery));
  }

  void publish(std::vector<catalog::ServerEntry> servers, catalog::Endpoints endpoints = catalog::Endpoints::kAlike) {
    std::vector<std::shared_ptr<const catalog::ServerEntry>> entries;
    for (catalog::ServerEntry& entry : servers)
      entries.push_back(catalog::share(std::move(entry)));
    catalog_.publish(std::make_shared<const catalog::Snapshot>(++generation_, std::move(entries), nullptr, endpoints));
  }

  Task<void> ask(std::string method, std::string params, std::optional<Result<mcp::Response>>& got) {
    mcp::Request request;
    request.method = mcp::parse_method(method);
    request.method_name = method;
    request.params = mcp::read_params(std::move(params)).value();
    auto answer = co_await gateway_.handle(std::move(request), call_, nobody_);
    got.emplace(std::move(answer));
  }

  // The payload of the answer, or "! " and the message of an Error.
  std::string answer(std::string method, std::string params = "{}") {
    std::optional<Result<mcp::Response>> got;
    run(ask(std::move(method), std::move(params), got));
    return got->has_value() ? std::string((*got)->payload()) : "! " + got->error().message;
  }

  Task<Result<void>> subscribe(std::string what) {
    subscribed_.push_back(std::move(what));
    co_return Result<void>();
  }
  Task<void> await_watch(std::string uri, std::optional<Result<mcp::ResourceWatchPtr>>& got) {
    auto watched = co_await gateway_.watch(std::move(uri), call_);
    got.emplace(std::move(watched));
  }
  Task<void> await_task(std::string id, std::optional<Result<mcp::ResourceWatchPtr>>& got) {
    auto watched = co_await gateway_.watch_task(std::move(id), call_);
    got.emplace(std::move(watched));
  }
  Result<mcp::ResourceWatchPtr> watch(std::string uri) {
    std::optional<Result<mcp::ResourceWatchPtr>> got;
    run(await_watch(std::move(uri), got));
    return std::move(*got);
  }
  // The server "files" with one resource that may be subscribed to.
  void publish_subscribable(bool enabled) {
    catalog::Discovery discovery;
    discovery.capabilities = R"({"resources":{"subscribe":true}})";
    discovery.resources = {R"({"uri":"file:///a.txt","name":"a"})"};
    catalog::ServerEntry entry = catalog::admit(catalog::testing::http_spec("files"), std::move(discovery));
    entry.resources.at(0).enabled = enabled;
    publish({std::move(entry)});
  }

  std::vector<std::string> subscribed_;
  ScriptedService github_{context_.get_executor()};
  ScriptedService files_{context_.get_executor()};
  FakeDirectory directory_;
  Published<catalog::Snapshot> catalog_{std::make_shared<const catalog::Snapshot>()};
  std::uint64_t generation_ = 0;
  mcp::CallContext call_;
  mcp::NoEvents nobody_;
  ResourceHub hub_{context_.get_executor(),
                   {[this](catalog::ServerName server, std::string uri) { return subscribe(server.str() + " " + uri); },
                    [](const catalog::ServerName&, const std::string&) {}},
                   [](std::exception_ptr) { ADD_FAILURE() << "a task threw"; }};
  testing::FakeRandom random_;
  const TaskIds tasks_{crypto::KeyRing({crypto::make_master_key(random_)}), random_};
  Gateway gateway_{context_.get_executor(), catalog_, directory_, hub_, tasks_, GatewayOptions{"v1.2.3"}};
};

TEST_F(GatewayTest, SendsTheToolsOwnNameToItsServer) {
  github_.reply("tools/call", R"({"content":[]})");
  EXPECT_EQ(
      R"({"content":[]})",
      answer("tools/call", R"({"name":"github__create_issue","arguments":{"n":1.0,"big":12345678901234567890}})"));
  EXPECT_EQ(R"({"name":"create_issue","arguments":{"n":1.0,"big":12345678901234567890}})", github_.seen().at(0).params);
  EXPECT_TRUE(files_.seen().empty());
}

TEST_F(GatewayTest, LooksNamesUpWithoutSplittingThem) {
  github_.reply("tools/call", "{}");
  EXPECT_EQ("{}", answer("tools/call", R"({"name":"github__list__issues"})"));
  EXPECT_EQ(R"({"name":"list__issues"})", github_.seen().at(0).params);
}

TEST_F(GatewayTest, SuggestsTheNearestNameOfAnUnknownTool) {
  EXPECT_EQ(
      R"({"code":-32602,"message":"tool 'github__creat_issue' not found: tool not found; did you mean 'github__create_issue'?"})",
      answer("tools/call", R"({"name":"github__creat_issue"})"));
}

TEST_F(GatewayTest, PassesAnUpstreamsErrorOnUntouched) {
  github_.reply_error("tools/call", -32055, "custom");
  EXPECT_EQ(R"({"code":-32055,"message":"custom"})", answer("tools/call", R"({"name":"github__create_issue"})"));
}

TEST_F(GatewayTest, AnswersWithItsOwnNamesOnAServersEndpoint) {
  call_.scope = "github";
  github_.reply("tools/call", R"({"content":[{"type":"resource_link","uri":"file:///a.txt","name":"a"}]})");
  EXPECT_EQ(R"({"content":[{"type":"resource_link","uri":"file:///a.txt","name":"a"}]})",
            answer("tools/call", R"({"name":"create_issue"})"));
  EXPECT_NE(std::string::npos, answer("tools/list").find(R"("name":"create_issue")"));
  EXPECT_EQ(std::string::npos, answer("tools/list").find("read"));
}

TEST_F(GatewayTest, SaysWhichServerAnEndpointLacks) {
  call_.scope = "nobody";
  EXPECT_EQ("! MCP server nobody not found", answer("tools/list"));
}

TEST_F(GatewayTest, ExposesTheUrisOfResourceLinks) {
  files_.reply(
      "tools/call",
      R"({"content":[{"type":"text","text":"x"},{"type":"resource_link","uri":"file:///a.txt"},)"
      R"({"type":"resource_link","uri":"https://e/x"},{"type":"resource","resource":{"uri":"b:c","text":""}}]})");
  EXPECT_EQ(
      R"({"content":[{"type":"text","text":"x"},{"type":"resource_link","uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA"},)"
      R"({"type":"resource_link","uri":"https://e/x"},{"type":"resource","resource":{"uri":"mcpj://res/files/Yjpj","text":""}}]})",
      answer("tools/call", R"({"name":"files__read"})"));
}

TEST_F(GatewayTest, ExposesTheUriOfAToolsUserInterface) {
  catalog::Discovery discovery;
  discovery.capabilities = R"({"tools":{},"resources":{}})";
  discovery.tools = {
      R"({"name":"read","inputSchema":{"type":"object"},"_meta":{"ui":{"resourceUri":"ui://app/a.html",)"
      R"("visibility":["model"]},"ui/resourceUri":"ui://app/a.html","openai/outputTemplate":"ui://app/a.html","k":"ui://app/a.html"}})"};
  discovery.resources = {R"({"uri":"ui://app/a.html","name":"a","_meta":{"ui":{"prefersBorder":true}}})"};
  publish({catalog::admit(catalog::testing::http_spec("files"), std::move(discovery))});
  const std::string exposed = "ui://files/app/a.html";

  const std::string tools = answer("tools/list");
  EXPECT_NE(std::string::npos, tools.find(R"("_meta":{"ui":{"resourceUri":")" + exposed +
                                          R"(","visibility":["model"]},"ui/resourceUri":")" + exposed +
                                          R"(","openai/outputTemplate":")" + exposed + R"(","k":"ui://app/a.html"})"))
      << tools;
  const std::string resources = answer("resources/list");
  EXPECT_NE(std::string::npos, resources.find("\"uri\":\"" + exposed + "\"")) << resources;
  EXPECT_NE(std::string::npos, resources.find(R"("_meta":{"ui":{"prefersBorder":true}})")) << resources;

  files_.reply("resources/read", R"({"contents":[{"uri":"ui://app/a.html","text":"<html>"}]})");
  EXPECT_EQ(R"({"contents":[{"uri":")" + exposed + R"(","text":"<html>"}]})",
            answer("resources/read", R"({"uri":")" + exposed + "\"}"));
  EXPECT_EQ(R"({"uri":"ui://app/a.html"})", files_.seen().at(0).params);
  const std::string opaque = "mcpj://res/files/dWk6Ly9hcHAvYS5odG1s";  // The form of all other resources.
  EXPECT_EQ(R"({"contents":[{"uri":")" + opaque + R"(","text":"<html>"}]})",
            answer("resources/read", R"({"uri":")" + opaque + "\"}"));

  files_.reply("tools/call", R"({"content":[],"_meta":{"ui":{"resourceUri":"ui://app/a.html"}}})");
  EXPECT_EQ(R"({"content":[],"_meta":{"ui":{"resourceUri":")" + exposed + R"("}}})",
            answer("tools/call", R"({"name":"files__read"})"));
  for (const std::string key : {"ui/resourceUri", "openai/outputTemplate"}) {
    files_.reply("tools/call", R"({"content":[],"_meta":{")" + key + R"(":"ui://app/a.html"}})");
    answer("tools/call", R"({"name":"files__read"})");  // The former answer is used up.
    EXPECT_EQ(R"({"content":[],"_meta":{")" + key + R"(":")" + exposed + R"("}})",
              answer("tools/call", R"({"name":"files__read"})"));
  }

  call_.scope = "files";  // The server's own endpoint keeps what the server says.
  EXPECT_EQ(std::string::npos, answer("tools/list").find(exposed));
  EXPECT_NE(std::string::npos, answer("tools/list").find(R"("resourceUri":"ui://app/a.html")"));
}

TEST_F(GatewayTest, ReadsAResourceUnderItsOwnUri) {
  files_.reply("resources/read", R"({"contents":[{"uri":"file:///a.txt","text":"1"},{"uri":"file:///b","text":"2"}]})");
  EXPECT_EQ(R"({"contents":[{"uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA","text":"1"},)"
            R"({"uri":"mcpj://res/files/ZmlsZTovLy9i","text":"2"}]})",
            answer("resources/read", R"({"uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA"})"));
  EXPECT_EQ(R"({"uri":"file:///a.txt"})", files_.seen().at(0).params);
}

TEST_F(GatewayTest, ReadsAResourceThatNoListHas) {
  files_.reply("resources/read", R"({"contents":[]})");
  EXPECT_EQ(R"({"contents":[]})", answer("resources/read", R"({"uri":"mcpj://tpl/files/file:///x/1"})"));
  EXPECT_EQ(R"({"uri":"file:///x/1"})", files_.seen().at(0).params);
}

TEST_F(GatewayTest, RefusesResourcesThatAreUnknownOrDisabled) {
  const std::string unknown = answer("resources/read", R"({"uri":"mcpj://res/nobody/eA"})");
  EXPECT_NE(std::string::npos, unknown.find(R"("data":{"uri":"mcpj://res/nobody/eA"})")) << unknown;
  auto disabled = server("files", {});
  disabled.resources[0].enabled = false;
  publish({disabled});
  const std::string refused = answer("resources/read", R"({"uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA"})");
  EXPECT_EQ(mcp::kInvalidParams, mcp::code_of(refused)) << refused;
}

TEST_F(GatewayTest, NamesTheClientsUriWhenAServerHasNoSuchResource) {
  files_.reply_error("resources/read", mcp::kResourceNotFound, "Resource not found");
  const std::string refused = answer("resources/read", R"({"uri":"mcpj://res/files/eA"})");
  EXPECT_NE(std::string::npos, refused.find(R"("data":{"uri":"mcpj://res/files/eA"})")) << refused;
}

TEST_F(GatewayTest, RefusesArgumentsThatAreNoObject) {
  EXPECT_EQ(mcp::kInvalidParams, mcp::code_of(answer("tools/call", R"({"name":"files__read","arguments":"x"})")));
  EXPECT_EQ(mcp::kInvalidParams, mcp::code_of(answer("prompts/get", R"({"name":"files__greet","arguments":[]})")));
  EXPECT_TRUE(files_.seen().empty());
}

TEST_F(GatewayTest, CompletesForThePromptsServer) {
  files_.reply("completion/complete", R"({"completion":{"values":[]}})");
  answer("completion/complete",
         R"({"ref":{"type":"ref/prompt","name":"files__greet"},"argument":{"name":"a","value":""}})");
  EXPECT_EQ(R"({"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":""}})",
            files_.seen().at(0).params);
}

TEST_F(GatewayTest, KeepsTheCatalogItStartedWith) {
  github_.reply("tools/call", "{}");
  github_.hold();
  std::optional<Result<mcp::Response>> got;
  asio::co_spawn(context_, ask("tools/call", R"({"name":"github__create_issue"})", got), [](std::exception_ptr) {});
  time_.run_ready();
  publish({});
  github_.release();
  time_.run_ready();
  ASSERT_TRUE(got.has_value());
  EXPECT_TRUE(got->has_value());
}

TEST_F(GatewayTest, DescribesItself) {
  EXPECT_EQ(
      R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"completions":{},)"
      R"("logging":{},"prompts":{"listChanged":true},"resources":{"listChanged":true},"tools":{"listChanged":true}},"ttlMs":0,)"
      R"("cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"MCPJungle Proxy MCP Server",)"
      R"("version":"v1.2.3"}}})",
      answer("server/discover"));
}

TEST_F(GatewayTest, WatchesAResourceUnderItsOwnUri) {
  const std::string exposed = "mcpj://res/files/ZmlsZTovLy9hLnR4dA";
  publish_subscribable(true);
  EXPECT_NE(std::string::npos, answer("server/discover").find(R"("resources":{"subscribe":true,"listChanged":true})"));
  const auto watched = watch(exposed);
  ASSERT_TRUE(watched.has_value()) << watched.error().message;
  EXPECT_EQ(std::vector<std::string>{"files file:///a.txt"}, subscribed_);
  EXPECT_TRUE(gateway_.leads_to(exposed, "", **watched));
  EXPECT_TRUE(gateway_.leads_to("file:///a.txt", "files", **watched));
  EXPECT_FALSE(gateway_.leads_to("file:///a.txt", "", **watched));
  EXPECT_FALSE(gateway_.leads_to("mcpj://res/files/ZmlsZTovLy9i", "", **watched));
  publish_subscribable(false);
  EXPECT_FALSE(gateway_.leads_to(exposed, "", **watched)) << "it is disabled";
  publish({});
  EXPECT_FALSE(gateway_.leads_to(exposed, "", **watched)) << "its server is gone";
}

TEST_F(GatewayTest, WatchesNothingWithAnEndlessUri) {
  publish_subscribable(true);
  std::string exposed = "mcpj://res/files/";
  for (std::size_t bytes = 0; bytes <= catalog::kUriBytesMax; bytes += 3)
    exposed += "eHh4";
  EXPECT_EQ(ErrorCode::kLimitExceeded, watch(exposed).error().code);
  EXPECT_TRUE(subscribed_.empty());
}

TEST_F(GatewayTest, WatchesNothingThatTheCallerCannotRead) {
  const std::string exposed = "mcpj://res/files/ZmlsZTovLy9hLnR4dA";
  EXPECT_EQ("server 'files' does not offer subscriptions to its resources", watch(exposed).error().message);
  publish_subscribable(false);
  EXPECT_EQ(ErrorCode::kNotFound, watch(exposed).error().code);
  publish_subscribable(true);
  EXPECT_EQ(ErrorCode::kNotFound, watch("file:///a.txt").error().code);
  EXPECT_EQ(ErrorCode::kNotFound, watch("mcpj://res/nobody/ZmlsZTovLy9hLnR4dA").error().code);
  EXPECT_TRUE(subscribed_.empty());
}

class GatewayTasksTest : public GatewayTest {
 protected:
  GatewayTasksTest() {
    call_.takes_tasks = true;
    files_.reply("tools/call", R"({"resultType":"task","taskId":"t1","status":"working","ttlMs":null})");
  }
  // The id of a new task of "files", as the client is told it.
  std::string new_task() {
    const char* const params = call_.scope.empty() ? R"({"name":"files__read"})" : R"({"name":"read"})";
    const auto made = mcp::Response::result(answer("tools/call", params), mcp::ResultForm::kModern);
    return mcp::task_id_of(made).value_or("");
  }
  static std::string params_for(const std::string& id) { return R"({"taskId":)" + mcp::json_string(id) + "}"; }
};

TEST_F(GatewayTasksTest, SendsRequestsToTheServerOfTheTask) {
  files_.reply("tasks/get", R"({"resultType":"complete","taskId":"t1","status":"working"})");
  files_.reply("tasks/update", R"({"resultType":"complete"})");
  const std::string id = new_task();
  EXPECT_EQ(std::string::npos, id.find("t1"));
  EXPECT_EQ(R"({"resultType":"complete","taskId":)" + mcp::json_string(id) + R"(,"status":"working"})",
            answer("tasks/get", params_for(id)));
  EXPECT_EQ(R"({"taskId":"t1"})", files_.seen().at(1).params);
  EXPECT_EQ(
      R"({"resultType":"complete"})",
      answer("tasks/update", R"({"inputResponses":{"a":{"action":"accept"}},"taskId":)" + mcp::json_string(id) + "}"));
  EXPECT_EQ(R"({"inputResponses":{"a":{"action":"accept"}},"taskId":"t1"})", files_.seen().at(2).params);
  EXPECT_TRUE(github_.seen().empty());
}

TEST_F(GatewayTasksTest, AreAskedForWhereAServerMayMakeThem) {
  catalog::Discovery discovery;
  discovery.tools = {R"({"name":"read","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"}})"};
  discovery.capabilities = R"({"tasks":{"requests":{"tools":{"call":{}}}}})";
  publish({catalog::admit(catalog::testing::http_spec("files"), std::move(discovery))});
  new_task();
  EXPECT_EQ(R"({"task":{},"name":"read"})", files_.seen().at(0).params);
  call_.takes_tasks = false;
  answer("tools/call", R"({"name":"files__read","task":{"ttl":1}})");
  EXPECT_EQ(R"({"name":"read"})", files_.seen().at(1).params);
}

TEST_F(GatewayTasksTest, ExposesTheUrisOfAResultThatIsDone) {
  files_.reply("tasks/get", R"({"taskId":"t1","result":{"content":[{"type":"resource_link","uri":"file:///a.txt"}]}})");
  const std::string id = new_task();
  EXPECT_EQ(R"({"taskId":)" + mcp::json_string(id) +
                R"(,"result":{"content":[{"type":"resource_link","uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA"}]}})",
            answer("tasks/get", params_for(id)));
  call_.scope = "files";
  const std::string own = new_task();
  EXPECT_NE(std::string::npos, answer("tasks/get", params_for(own)).find(R"("uri":"file:///a.txt")"));
}

TEST_F(GatewayTasksTest, KnowsTasksOfTheCallersOnly) {
  const std::string id = new_task();
  const std::string refusal = answer("tasks/get", R"({"taskId":"made up"})");
  EXPECT_EQ(0u, refusal.find(R"({"code":-32602,)")) << refusal;
  call_.scope = "files";
  EXPECT_EQ(refusal, answer("tasks/get", params_for(id)));
  call_.scope = "";
  call_.principal = mcp::PrincipalId("somebody else");
  EXPECT_EQ(refusal, answer("tasks/cancel", params_for(id)));
  EXPECT_EQ(1u, files_.seen().size());
}

TEST_F(GatewayTasksTest, WatchesTasksOfServersThatTellOfThem) {
  const std::string id = new_task();
  const auto watched = [&](const std::string& task) {
    std::optional<Result<mcp::ResourceWatchPtr>> got;
    run(await_task(task, got));
    return got->has_value() ? (**got)->own_uri() : "! " + got->error().message;
  };
  EXPECT_EQ("! server 'files' does not tell of its tasks", watched(id));
  catalog::Discovery discovery = catalog::testing::discovery_of_tools({"read"});
  discovery.capabilities = R"({"resources":{"subscribe":true},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  publish({catalog::admit(catalog::testing::http_spec("files"), std::move(discovery))});
  EXPECT_EQ("\x01task:t1", watched(id));
  EXPECT_EQ((std::vector<std::string>{"files \x01task:t1"}), subscribed_);
  EXPECT_EQ("! there is no such task", watched("made up"));
  call_.scope = "files";
  EXPECT_FALSE(watch("\x01task:t1")) << "a task is no resource";
}

TEST_F(GatewayTasksTest, RefusesClientsThatDidNotDeclareThem) {
  const std::string id = new_task();
  call_.takes_tasks = false;
  EXPECT_EQ(mcp::missing_tasks_capability().payload(), answer("tasks/get", params_for(id)));
  call_.revision = mcp::Revision::k2025_06_18;
  EXPECT_EQ(0u, answer("tasks/get", params_for(id)).find(R"({"code":-32601,)"));
  call_.revision = mcp::kNewestModern;
  call_.takes_tasks = true;
  EXPECT_EQ(0u, answer("tasks/get", R"({"taskId":7})").find(R"({"code":-32602,)"));
}

TEST_F(GatewayTasksTest, SaysWhyATaskCannotBeReached) {
  const std::string id = new_task();
  catalog::ServerEntry files = server("files", {"read"});
  files.enabled = false;
  publish({files});
  EXPECT_EQ("! server 'files', which has the task, is disabled", answer("tasks/get", params_for(id)));
  publish({server("github", {"create_issue"})});
  EXPECT_EQ(answer("tasks/get", R"({"taskId":"made up"})"), answer("tasks/get", params_for(id)));
}

TEST_F(GatewayTasksTest, PassesOnNoHandleThatLeadsNowhere) {
  for (const std::string& own_id : {std::string("7"), '"' + std::string(kOwnTaskIdBytesMax + 1, 'x') + '"'}) {
    ScriptedService bad(context_.get_executor());
    bad.reply("tools/call", R"({"resultType":"task","taskId":)" + own_id + "}");
    directory_.services["files"] = &bad;
    EXPECT_EQ(0u, answer("tools/call", R"({"name":"files__read"})").find(R"({"code":-32603,)")) << own_id.size();
  }
}

TEST_F(GatewayTasksTest, AreAdvertisedToModernClientsWhereAServerHasThem) {
  EXPECT_EQ(std::string::npos, answer("server/discover").find("extensions"));
  catalog::Discovery discovery = catalog::testing::discovery_of_tools({"read"});
  discovery.capabilities = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  publish({catalog::admit(catalog::testing::http_spec("files"), std::move(discovery)), server("github", {"a"})});
  const std::string advertised = R"("extensions":{"io.modelcontextprotocol/tasks":{}})";
  EXPECT_NE(std::string::npos, answer("server/discover").find(advertised));
  call_.scope = "files";
  EXPECT_NE(std::string::npos, answer("server/discover").find(advertised));
  call_.scope = "github";
  EXPECT_EQ(std::string::npos, answer("server/discover").find("extensions"));
  call_.scope = "files";
  call_.revision = mcp::kNewestLegacy;
  EXPECT_EQ(std::string::npos, answer("server/discover").find("extensions"));
}

// Clients of 2025-11-25 before a server of that revision.
class GatewayLegacyTasksTest : public GatewayTest {
 protected:
  GatewayLegacyTasksTest() {
    call_.revision = mcp::Revision::k2025_11_25;
    const std::string schema = R"("inputSchema":{"type":"object"})";
    catalog::Discovery discovery;
    discovery.revision = "2025-11-25";
    discovery.capabilities = R"({"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}})";
    discovery.tools = {R"({"name":"read",)" + schema + R"(,"execution":{"taskSupport":"required"}})",
                       R"({"name":"plain",)" + schema + "}"};
    publish({catalog::admit(catalog::testing::http_spec("files"), std::move(discovery)), server("github", {"a"})});
    files_.reply("tools/call", R"({"task":{"taskId":"s t1","status":"working","ttl":7},"_meta":{}})");
  }
  std::string new_task() {
    const char* const params =
        call_.scope.empty() ? R"({"name":"files__read","task":{"ttl":7}})" : R"({"name":"read","task":{"ttl":7}})";
    const auto made = mcp::Response::result(answer("tools/call", params), mcp::ResultForm::kLegacy);
    return mcp::created_task_id_of(made).value_or("");
  }
  static std::string params_for(const std::string& id) { return R"({"taskId":)" + mcp::json_string(id) + "}"; }
};

TEST_F(GatewayLegacyTasksTest, AreAskedForByTheClient) {
  const std::string id = new_task();
  EXPECT_EQ(R"({"name":"read","task":{"ttl":7}})", files_.seen().at(0).params);
  EXPECT_FALSE(id.empty());
  EXPECT_EQ(std::string::npos, id.find("t1"));
  answer("tools/call", R"({"name":"files__read"})");
  EXPECT_EQ(R"({"task":{},"name":"read"})", files_.seen().at(1).params) << "the gateway waits for it";
  EXPECT_EQ(0u, answer("tools/call", R"({"name":"files__plain","task":{}})").find(R"({"code":-32601,)"));
  EXPECT_EQ(0u, answer("tools/call", R"({"name":"github__a","task":{}})").find(R"({"code":-32601,)"));
  EXPECT_EQ(0u, answer("tools/call", R"({"name":"files__read","task":true})").find(R"({"code":-32602,)"));
  EXPECT_EQ(2u, files_.seen().size());
  call_.scope = "github";
  github_.reply("tools/call", "{}");
  answer("tools/call", R"({"name":"a","task":{}})");
  EXPECT_EQ(R"({"name":"a"})", github_.seen().at(0).params) << "where none are offered, it means nothing";
}

TEST_F(GatewayLegacyTasksTest, AreAskedAboutAtTheirServer) {
  const std::string id = new_task();
  files_.reply("tasks/get", R"({"taskId":"s t1","status":"working","ttl":7})");
  EXPECT_EQ(R"({"taskId":)" + mcp::json_string(id) + R"(,"status":"working","ttl":7})",
            answer("tasks/get", params_for(id)));
  EXPECT_EQ(R"({"taskId":"s t1"})", files_.seen().at(1).params);
  files_.reply("tasks/cancel", R"({"taskId":"s t1","status":"cancelled"})");
  files_.reply_error("tasks/cancel", -32602, "it is over");
  EXPECT_EQ(R"({"taskId":)" + mcp::json_string(id) + R"(,"status":"cancelled"})",
            answer("tasks/cancel", params_for(id)));
  EXPECT_EQ(R"({"code":-32602,"message":"it is over"})", answer("tasks/cancel", params_for(id)));
}

TEST_F(GatewayLegacyTasksTest, TheirResultsNameThem) {
  const std::string id = new_task();
  const std::string tie = R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":)" + mcp::json_string(id) + "}}";
  files_.reply("tasks/result", R"({"content":[{"type":"resource_link","uri":"file:///a.txt"}]})");
  files_.reply_error("tasks/result", -32050, "broken");
  EXPECT_EQ("{" + tie + R"(,"content":[{"type":"resource_link","uri":"mcpj://res/files/ZmlsZTovLy9hLnR4dA"}]})",
            answer("tasks/result", params_for(id)));
  EXPECT_EQ(R"({"code":-32050,"message":"broken"})", answer("tasks/result", params_for(id)));
}

TEST_F(GatewayLegacyTasksTest, AreTheCallersOnly) {
  const std::string id = new_task();
  for (const char* method : {"tasks/get", "tasks/result", "tasks/cancel"}) {
    const std::string refusal = answer(method, R"({"taskId":"made up"})");
    EXPECT_EQ(0u, refusal.find(R"({"code":-32602,)")) << refusal;
    call_.scope = "files";
    EXPECT_EQ(refusal, answer(method, params_for(id)));
    call_.scope = "";
    call_.principal = mcp::PrincipalId("somebody else");
    EXPECT_EQ(refusal, answer(method, params_for(id)));
    call_.principal = mcp::PrincipalId();
  }
  EXPECT_EQ(1u, files_.seen().size());
  publish({server("files", {"read"})});
  EXPECT_EQ(0u, answer("tasks/get", params_for(id)).find(R"({"code":-32602,)")) << "it makes none any more";
}

TEST_F(GatewayLegacyTasksTest, HaveNoMethodsOfTheExtensionAndNoList) {
  const std::string id = new_task();
  for (const char* method : {"tasks/update", "tasks/list"})
    EXPECT_EQ(0u, answer(method, params_for(id)).find(R"({"code":-32601,)")) << method;
  call_.revision = mcp::Revision::k2025_06_18;
  EXPECT_EQ(0u, answer("tasks/get", params_for(id)).find(R"({"code":-32601,)"));
  call_.revision = mcp::kNewestModern;
  call_.takes_tasks = true;
  EXPECT_EQ(0u, answer("tasks/result", params_for(id)).find(R"({"code":-32601,)"));
}

TEST_F(GatewayLegacyTasksTest, AreOfferedWhereAServerMakesThem) {
  const std::string offered = R"("tasks":{"cancel":{},"requests":{"tools":{"call":{}}}})";
  const auto offers = [&] { return answer("server/discover").find(offered) != std::string::npos; };
  const auto marks = [&] { return answer("tools/list").find("taskSupport") != std::string::npos; };
  EXPECT_TRUE(offers() && marks());
  call_.scope = "files";
  EXPECT_TRUE(offers() && marks());
  call_.scope = "github";
  EXPECT_FALSE(offers() || marks());
  for (const mcp::Revision other : {mcp::Revision::k2025_06_18, mcp::kNewestModern}) {
    call_.revision = other;
    call_.scope = "";
    EXPECT_FALSE(offers() || marks());
    call_.scope = "files";
    EXPECT_FALSE(offers() || marks());
  }
}

TEST_F(GatewayTest, RefusesMethodsItDoesNotKnow) {
  EXPECT_EQ(R"({"code":-32601,"message":"Method foo/bar not found"})", answer("foo/bar"));
}

TEST_F(GatewayTest, AnEndpointThatIsKeptApartHasItsOwnServersOnly) {
  catalog::ServerEntry old = server("files", {"read"});
  old.spec.transport = catalog::Transport::kSse;
  publish({server("github", {"create_issue"}), std::move(old)}, catalog::Endpoints::kSeparate);
  const std::string uri =
      R"({"uri":")" + catalog::exposed_uri_of(catalog::ServerName("files"), "file:///b.txt") + "\"}";
  call_.scope = catalog::kMcpView;
  EXPECT_EQ(std::string::npos, answer("tools/list").find("files__read"));
  EXPECT_NE(std::string::npos, answer("tools/call", R"({"name":"files__read","arguments":{}})").find("not found"));
  EXPECT_NE(std::string::npos, answer("resources/read", uri).find("not found"));
  EXPECT_TRUE(files_.seen().empty());
  call_.scope = catalog::kSseView;
  EXPECT_EQ(std::string::npos, answer("tools/list").find("github__"));
  files_.reply("tools/call", "{}");
  answer("tools/call", R"({"name":"files__read","arguments":{}})");
  files_.reply("resources/read", R"({"contents":[]})");
  answer("resources/read", uri);
  EXPECT_EQ(2u, files_.seen().size());
}

}  // namespace
}  // namespace jungle::gateway

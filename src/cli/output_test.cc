#include "cli/output.h"

#include <gtest/gtest.h>

#include "admin_api/json.h"

namespace jungle::cli {
namespace {

using admin_api::PromptRow;
using admin_api::ResourceRow;
using admin_api::ServerView;
using admin_api::ToolRow;

ServerView http_server() {
  ServerView server;
  server.name = "up";
  server.transport = "streamable_http";
  server.description = "desc";
  server.url = "http://127.0.0.1:18901/mcp";
  return server;
}

TEST(OutputTest, ListsServers) {
  ServerView stdio;
  stdio.name = "st";
  stdio.transport = "stdio";
  stdio.command = "python3";
  stdio.args = {"/x/stdio.py", "--x"};
  stdio.env = {{"FOO", Secret("bar")}, {"A", Secret("1")}};
  EXPECT_EQ(
      "1. up\ndesc\nTransport: streamable_http\nURL: http://127.0.0.1:18901/mcp\n\n"
      "2. st\nTransport: stdio\nCommand: python3 /x/stdio.py --x\nEnvironment variables: map[A:1 FOO:bar]\n",
      servers_text({http_server(), stdio}));
  EXPECT_EQ("There are no MCP servers in the registry\n", servers_text({}));
}

TEST(OutputTest, SaysHowToAuthorizeAServerAgain) {
  ServerView server = http_server();
  const std::string plain = servers_text({server});
  server.authorization = "needs_authorization";
  EXPECT_EQ(plain + "Authorization: needed, run 'mcpjungle authorize " + server.name + "'\n", servers_text({server}));
  server.missing_scopes = {"write", "admin"};
  EXPECT_EQ(plain + "Authorization: needed (write admin), run 'mcpjungle authorize " + server.name + "'\n",
            servers_text({server}));
  server.authorization = "needs_scopes";
  EXPECT_EQ(
      plain + "Authorization: needed for more scopes (write admin), run 'mcpjungle authorize " + server.name + "'\n",
      servers_text({server}));
}

TEST(OutputTest, ListsTools) {
  const std::vector<ToolRow> tools{{{}, "up__echo", true, "Echoes", "{}", ""}, {{}, "up__x", false, "", "{}", ""}};
  const std::string list =
      "1. up__echo  [ENABLED]\nEchoes\n\n2. up__x  [DISABLED]\n\n\n"
      "Run 'usage <tool name>' to see a tool's usage or 'invoke <tool name>' to call one\n";
  EXPECT_EQ(list, tools_text(tools, ""));
  EXPECT_EQ("Tools from server 'up':\n\n" + list, tools_text(tools, "up"));
  EXPECT_EQ("There are currently no tools in the registry\n", tools_text({}, ""));
  EXPECT_EQ("There are no tools from mcp server 'x'\n", tools_text({}, "x"));
}

TEST(OutputTest, ListsPromptsAndResources) {
  EXPECT_EQ(
      "1. up__p1  [ENABLED]\nd1\n\n2. up__p2  [DISABLED]\n\n"
      "Run 'get prompt <prompt name>' to retrieve a prompt template\n",
      prompts_text({{{}, "up__p1", true, "d1", ""}, {{}, "up__p2", false, "", ""}}));
  EXPECT_EQ("No prompts found\n", prompts_text({}));
  EXPECT_EQ("1. up__r1\n   URI: mcpj://res/up/eA\n   Description:  res\n\n2. up__r2\n   URI: mcpj://res/up/eB\n\n",
            resources_text({{{}, "mcpj://res/up/eA", "up__r1", true, "res", "", "", ""},
                            {{}, "mcpj://res/up/eB", "up__r2", true, "", "", "", ""}}));
  EXPECT_EQ("No resources found\n", resources_text({}));
}

TEST(OutputTest, ShowsTheUsageOfAToolInTheOrderOfItsSchema) {
  const ToolRow tool{
      {},
      "up__echo",
      true,
      "Echoes",
      R"({"type":"object","properties":{"msg":{"type":"string"},"a":{"maximum":1.0}},"required":["msg"]})",
      R"({"title":"AT","readOnlyHint":true,"x":{"y":1}})"};
  EXPECT_EQ(
      "up__echo\nEchoes\n\nInput Parameters:\n"
      "===============================\nmsg (required)\n{\n  \"type\": "
      "\"string\"\n}\n===============================\n\n"
      "=============================\na (optional)\n{\n  \"maximum\": 1.0\n}\n=============================\n\n"
      "\nAnnotations:\n* title = AT\n* readOnlyHint = true\n* x = {\"y\":1}\n",
      *usage_text(tool));
}

TEST(OutputTest, SaysWhenAToolTakesNothing) {
  ToolRow tool{{}, "up__now", true, "Time", R"({"type":"object","properties":{}})", R"({"title":"T"})"};
  EXPECT_EQ("up__now\nTime\nThis tool does not require any input parameters.\n", *usage_text(tool));
  tool.input_schema_json = "";
  EXPECT_TRUE(usage_text(tool).has_value());
  tool.input_schema_json = "nonsense";
  EXPECT_FALSE(usage_text(tool).has_value());
}

TEST(OutputTest, ShowsAResource) {
  EXPECT_EQ("Resource: up__r1\nURI: mcpj://x\nMIME Type: text/plain\nDescription: res\nStatus: ENABLED\n",
            resource_text({{}, "mcpj://x", "up__r1", true, "res", "text/plain", "", ""}));
  EXPECT_EQ("Resource: up__r1\nURI: mcpj://x\nStatus: DISABLED\n",
            resource_text({{}, "mcpj://x", "up__r1", false, "", "", "", ""}));
}

TEST(OutputTest, ShowsAPrompt) {
  const std::string rule(51, '=');
  const std::string line(31, '-');
  EXPECT_EQ("Prompt: up__p1\nDescription: rendered\n\nGenerated Messages:\n" + rule + "\n\nMessage 1 (user):\n" + line +
                "\nContent: {\n  \"type\": \"text\",\n  \"text\": \"hi\"\n}\n\nMessage 2 (assistant):\n" + line +
                "\nContent: null\n",
            *prompt_text("up__p1", R"({"description":"rendered","messages":[{"role":"user","content":)"
                                   R"({"type":"text","text":"hi"}},{"role":"assistant"}]})"));
  EXPECT_FALSE(prompt_text("up__p1", "{}").has_value());
  EXPECT_FALSE(prompt_text("up__p1", "nonsense").has_value());
}

TEST(OutputTest, ShowsWhatAFreshServerBringsAlong) {
  const ServerContents contents{{{{}, "up__echo", true, "Echoes", "{}", ""}},
                                {{{}, "up__p1", true, "d1", ""}, {{}, "up__p2", true, "", ""}},
                                {{{}, "mcpj://x", "up__r1", true, "", "", "", ""}}};
  EXPECT_EQ(
      "Server up registered successfully!\n\nThe following tools are now available from this server:\n"
      "1. up__echo: Echoes\n\n\nThe following prompts are now available from this server:\n1. up__p1\n   d1\n\n"
      "2. up__p2\n\n\nThe following resources are now available from this server:\n1. up__r1\n   URI: mcpj://x\n",
      registered_text(http_server(), contents));
  EXPECT_EQ("Server up registered successfully!\n\nThis server does not provide any tools, prompts or resources.\n",
            registered_text(http_server(), {}));
}

TEST(OutputTest, WarnsOfSse) {
  ServerView sse = http_server();
  sse.transport = "sse";
  EXPECT_NE(std::string::npos, registered_text(sse, {}).find("WARNING: SSE is deprecated"));
}

TEST(OutputTest, SaysWhatWasSwitched) {
  EXPECT_EQ("MCP tool 'up__echo' enabled successfully!\n", switched_text("tool", Switch::kEnable, {"up__echo"}));
  EXPECT_EQ("Following MCP prompts have been disabled successfully:\n- a\n- b\n",
            switched_text("prompt", Switch::kDisable, {"a", "b"}));
  EXPECT_EQ("Following MCP tools have been enabled successfully:\n", switched_text("tool", Switch::kEnable, {}));
  EXPECT_EQ(
      "MCP server 'up' disabled successfully!\n\nFollowing MCP tools have been disabled:\n    - up__echo\n\nFollowing "
      "MCP prompts have been disabled:\n    - up__p1\n\n",
      switched_server_text("up", Switch::kDisable, {"up", {"up__echo"}, {"up__p1"}}));
  EXPECT_EQ("MCP server 'up' enabled successfully!\n\n", switched_server_text("up", Switch::kEnable, {"up", {}, {}}));
}

TEST(OutputTest, SaysWhatWasDeregistered) {
  EXPECT_EQ(
      "Successfully deregistered MCP server up\n"
      "Any tools, prompts or resources provided by this server have also been deregistered.\n",
      deregistered_text("up"));
}

TEST(OutputTest, ShowsVersions) {
  const std::string text = version_text("v1", "v2", "http://x");
  EXPECT_NE(std::string::npos, text.find("\nCLI Version: v1\nServer Version: v2\nServer URL:  http://x\n"));
  EXPECT_NE(std::string::npos,
            version_text("v1", "", "http://x").find("\nCouldn't retrieve Server version at this time\n"));
  EXPECT_EQ(R"({"cli_version":"v1","server_version":null,"server_url":"u"})", version_json("v1", "", "u"));
}

TEST(OutputTest, MasksEverySecretOfARegistration) {
  admin_api::RegisterInput input;
  input.name = "up";
  input.url = "https://u/mcp?key=canary";
  for (Secret* secret : {&input.bearer_token, &input.oauth_client_secret, &input.oauth_client_private_key})
    *secret = Secret("canary");
  input.headers["X-Key"] = Secret("canary");
  input.env["KEY"] = Secret("canary");
  input.env["EMPTY"] = Secret("");
  const admin_api::RegisterInput masked = with_masked_secrets(input);
  EXPECT_EQ(std::string::npos, render(masked).find("canary")) << render(masked);
  EXPECT_EQ("", masked.env.at("EMPTY").reveal());
  EXPECT_EQ("up", masked.name);
}

}  // namespace
}  // namespace jungle::cli

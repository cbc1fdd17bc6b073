// Commands as a person meets them: words in, streams and exit code out, with a scripted gateway.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/testing/fake_time.h"
#include "cli/command_line.h"
#include "cli/testing/fake_exchange.h"

namespace jungle::cli {
namespace {

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "jungle-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CommandsTest() override { std::filesystem::remove_all(folder_); }

  ExitCode run(const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    Console console(out_, err_, StreamKind::kPipe, StreamKind::kPipe);
    const Process process{console,
                          exchange_,
                          time_,
                          environment_,
                          folder_,
                          folder_.string(),
                          [this](const app::Config& config) { return serve(config); },
                          {}};
    return run_line(words, process);
  }
  // The whole of standard error of a command that must fail.
  std::string failure(const std::vector<std::string>& words) {
    EXPECT_EQ(ExitCode::kFailure, run(words));
    EXPECT_EQ("", out());
    return err_.str();
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  const HttpCall& last() const { return exchange_.calls().back(); }

  Result<void> serve(const app::Config& config) {
    served_ = config;
    return {};
  }

  std::filesystem::path folder_;
  app::Environment environment_;
  testing::FakeExchange exchange_;
  asio::io_context context_;
  jungle::testing::FakeTime time_{context_};
  std::optional<app::Config> served_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr const char* kUp =
    R"({"name":"up","transport":"streamable_http","enabled":true,"description":"","url":"http://u/mcp","command":"",)"
    R"("args":null,"env":null,"session_mode":"stateless"})";

TEST_F(CommandsTest, ListsServersOnStandardOutput) {
  exchange_.answer("GET /api/v0/servers", std::string("[") + kUp + "]");
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers"}));
  EXPECT_EQ("1. up\nTransport: streamable_http\nURL: http://u/mcp\n", out());
  EXPECT_EQ("", err());
}

TEST_F(CommandsTest, AsksForSecretsOnlyIfToldTo) {
  exchange_.answer("GET /api/v0/servers?include_secrets=true", std::string("[") + kUp + "]");
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers", "--show-secrets"}));
  EXPECT_EQ("http://127.0.0.1:8080/api/v0/servers?include_secrets=true", last().url);
}

TEST_F(CommandsTest, PrintsJsonOnRequest) {
  exchange_.answer("GET /api/v0/tools?server=up", R"([{"name":"up__x","input_schema":{"x":1.0}}])");
  EXPECT_EQ(ExitCode::kOk, run({"list", "tools", "--server", "up", "-o", "json"}));
  EXPECT_EQ("[\n  {\n    \"name\": \"up__x\",\n    \"input_schema\": {\n      \"x\": 1.0\n    }\n  }\n]\n", out());
  EXPECT_EQ("invalid argument \"xml\" for \"-o, --output\" flag: must be 'text' or 'json'\n",
            failure({"list", "tools", "-o", "xml"}));
}

TEST_F(CommandsTest, SaysInOneLineWhatFailed) {
  exchange_.answer("GET /api/v0/tools?server=zz", R"({"error":"MCP server zz not found: not found"})", 404);
  EXPECT_EQ("failed to list tools: MCP server zz not found: not found\n", failure({"list", "tools", "--server", "zz"}));
}

TEST_F(CommandsTest, AnswersMistypedCommands) {
  EXPECT_EQ("unknown command \"lst\" for \"mcpjungle\"; did you mean 'list'?\n", failure({"lst"}));
  EXPECT_EQ("unknown command \"foo\" for \"mcpjungle\"\n", failure({"foo", "list"}));
  EXPECT_EQ("accepts 1 arg(s), received 0\n", failure({"usage"}));
  EXPECT_EQ("accepts 1 arg(s), received 2\n", failure({"deregister", "a", "b"}));
  EXPECT_EQ("unknown command \"foo\" for \"mcpjungle\"\n", failure({"foo"}));
  EXPECT_EQ(ExitCode::kOk, run({"list", "tool"}));
  EXPECT_EQ("unknown command \"tool\" for \"mcpjungle list\"; did you mean 'tools'?\n", err());
  EXPECT_NE(std::string::npos, out().find("Available Commands:"));
}

TEST_F(CommandsTest, ShowsTheUsageBehindAMistypedFlag) {
  const std::string text = failure({"list", "servers", "--nope"});
  EXPECT_EQ(0U, text.find("unknown flag: --nope\nUsage:\n  mcpjungle list servers [flags]\n"));
}

TEST_F(CommandsTest, HelpsInEverySpelling) {
  EXPECT_EQ(ExitCode::kOk, run({}));
  const std::string root = out();
  EXPECT_EQ(0U, root.find("MCP Gateway for AI Agents"));
  EXPECT_EQ(ExitCode::kOk, run({"help"}));
  EXPECT_EQ(root, out());
  EXPECT_EQ(ExitCode::kOk, run({"--help"}));
  EXPECT_EQ(root, out());
  EXPECT_EQ(ExitCode::kOk, run({"help", "list", "tools"}));
  EXPECT_EQ(0U, out().find("List available tools\n"));
  EXPECT_EQ(ExitCode::kOk, run({"enable", "a", "b"}));
  EXPECT_EQ(0U, out().find("Enable MCP entities"));
}

TEST_F(CommandsTest, TakesTheRegistryFromTheFlagThenTheFile) {
  exchange_.answer("GET /api/v0/servers", "[]");
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers"}));
  EXPECT_EQ("http://127.0.0.1:8080/api/v0/servers", last().url);
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers", "--registry", "http://flag/"}));
  EXPECT_EQ("http://flag/api/v0/servers", last().url);
  EXPECT_EQ("TIP: You can set `registry_url: http://flag/` in " + (folder_ / ".mcpjungle.conf").string() +
                " to avoid setting the --registry flag every time.\n\n",
            err());
  write(".mcpjungle.conf", "registry_url: http://file\naccess_token: tok\n");
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers"}));
  EXPECT_EQ("http://file/api/v0/servers", last().url);
  EXPECT_EQ("tok", last().token.reveal());
  EXPECT_EQ(ExitCode::kOk, run({"list", "servers", "--registry", "http://flag"}));
  EXPECT_EQ("http://flag/api/v0/servers", last().url);
  EXPECT_EQ("", err());
}

TEST_F(CommandsTest, RegistersFromFlags) {
  exchange_.answer("POST /api/v0/servers?force=true", std::string(R"({"server":)") + kUp + R"(,"warnings":["w"]})",
                   201);
  exchange_.answer("GET /api/v0/tools?server=up", R"([{"name":"up__echo","description":"Echoes"}])");
  EXPECT_EQ(ExitCode::kOk,
            run({"register", "--name", "up", "--url", "http://u/mcp", "--bearer-token", "t", "--force"}));
  EXPECT_EQ(
      "Server up registered successfully!\n\nThe following tools are now available from this server:\n"
      "1. up__echo: Echoes\n\n",
      out());
  EXPECT_EQ("warning: w\n", err());
  EXPECT_EQ(R"({"name":"up","transport":"streamable_http","description":"","url":"http://u/mcp","bearer_token":"t",)"
            R"("session_mode":"stateless"})",
            exchange_.calls().front().body);
}

TEST_F(CommandsTest, SaysWhatARegistrationLacks) {
  EXPECT_EQ("either supply a configuration file or set the required flag \"name\"\n", failure({"register"}));
  EXPECT_EQ("required flag \"url\" not set\n", failure({"register", "--name", "x"}));
}

TEST_F(CommandsTest, RegistersFromAConfigFile) {
  environment_ = {{"TOKEN", "s3"}};
  exchange_.answer("POST /api/v0/servers", std::string(R"({"server":)") + kUp + "}", 201);
  write("a.yaml", "name: up\ntransport: stdio\ncommand: npx\nenv:\n  KEY: a-${TOKEN}\nurll: x\n");
  EXPECT_EQ(ExitCode::kOk, run({"register", "-c", "a.yaml"}));
  EXPECT_EQ(R"({"name":"up","transport":"stdio","description":"","command":"npx","env":{"KEY":"a-s3"},)"
            R"("session_mode":"stateless"})",
            exchange_.calls().front().body);
  EXPECT_EQ("warning: a.yaml: unknown field 'urll' is ignored; did you mean 'url'?\n", err());
}

TEST_F(CommandsTest, SaysWhatIsWrongWithAConfigFile) {
  EXPECT_EQ("failed to read config file none.json: open none.json: no such file or directory\n",
            failure({"register", "-c", "none.json"}));
  write("cut.json", "{\"name\": ");
  EXPECT_EQ("failed to parse config file: unexpected EOF (line 1, column 10) in cut.json\n",
            failure({"register", "-c", "cut.json"}));
  write("type.json", R"({"oauth_scopes":"x"})");
  EXPECT_EQ(
      "failed to parse config file: json: cannot unmarshal string into Go struct field "
      "RegisterServerInput.oauth_scopes "
      "of type []string in type.json\n",
      failure({"register", "-c", "type.json"}));
  write("var.json", R"({"env":{"K":"${NOPE}"}})");
  EXPECT_EQ(
      "failed to resolve config file environment variables: environment variable NOPE is not set (at env.K) in "
      "var.json\n",
      failure({"register", "-c", "var.json"}));
  EXPECT_TRUE(exchange_.calls().empty());
}

TEST_F(CommandsTest, PrintsAndSavesWhatAToolReturns) {
  exchange_.answer("POST /api/v0/tools/invoke",
                   R"({"content":[{"type":"image","mimeType":"image/png","data":"AAEC"}]})");
  EXPECT_EQ(ExitCode::kOk, run({"invoke", "up__shot", "--input", R"({"x":1.0})"}));
  EXPECT_EQ(R"({"name":"up__shot","x":1.0})", last().body);
  const auto start = out().find("image_");
  ASSERT_NE(std::string::npos, start) << out();
  const std::string name = out().substr(start, out().find(']', start) - start);
  EXPECT_EQ(3U, std::filesystem::file_size(folder_ / name));
  // The clock of the test stands still: the same name again must not overwrite the file.
  EXPECT_EQ("failed to save " + name + ": File exists\n", failure({"invoke", "up__shot"}));
}

TEST_F(CommandsTest, AToolThatReportsAnErrorWasStillInvoked) {
  exchange_.answer("POST /api/v0/tools/invoke", R"({"isError":true,"content":[{"type":"text","text":"no"}]})");
  EXPECT_EQ(ExitCode::kOk, run({"invoke", "up__x"}));
  EXPECT_EQ("The tool returned an error:\n\n** Content [text] **\nno\n\n", out());
  EXPECT_EQ("invalid input: unexpected EOF\n", failure({"invoke", "up__x", "--input", "{"}));
}

TEST_F(CommandsTest, GetsPrompts) {
  exchange_.answer("POST /api/v0/prompts/render", R"({"description":"","messages":[]})");
  EXPECT_EQ(ExitCode::kOk, run({"get", "prompt", "up__p", "--arg", "a=1,b=2", "--arg", "c=3,4"}));
  EXPECT_EQ(R"({"name":"up__p","arguments":{"a":"1","b":"2","c":"3,4"}})", last().body);
  EXPECT_EQ("invalid argument \"a\" for \"--arg\" flag: a must be formatted as key=value\n",
            failure({"get", "prompt", "up__p", "--arg", "a"}));
}

TEST_F(CommandsTest, GetsAndReadsResources) {
  exchange_.answer("POST /api/v0/resources/get", R"({"uri":"mcpj://r","name":"up__r","enabled":true})");
  exchange_.answer("POST /api/v0/resources/read", R"({"contents":[{"uri":"mcpj://r","text":"hi"}]})");
  EXPECT_EQ(ExitCode::kOk, run({"get", "resource", "mcpj://r"}));
  EXPECT_EQ("Resource: up__r\nURI: mcpj://r\nStatus: ENABLED\n", out());
  EXPECT_EQ(ExitCode::kOk, run({"get", "resource", "--read", "mcpj://r"}));
  EXPECT_EQ("Resource: up__r\nURI: mcpj://r\n\nContent 1:\nURI: mcpj://r\nhi\n", out());
}

TEST_F(CommandsTest, EnablesAndDisables) {
  exchange_.answer("POST /api/v0/tools/disable?entity=up__x", R"(["up__x"])");
  EXPECT_EQ(ExitCode::kOk, run({"disable", "tool", "up__x"}));
  EXPECT_EQ("MCP tool 'up__x' disabled successfully!\n", out());
  EXPECT_EQ(ExitCode::kOk, run({"disable", "up__x"}));
  EXPECT_EQ("MCP tool 'up__x' disabled successfully!\n", out());
  EXPECT_EQ(0U, err().find("Warning: 'disable [name]' is deprecated. Please use 'disable tool [name]'"));
  exchange_.answer("POST /api/v0/servers/zz/enable", R"({"error":"MCP server zz not found: not found"})", 404);
  EXPECT_EQ("failed to enable server zz: MCP server zz not found: not found\n", failure({"enable", "server", "zz"}));
}

TEST_F(CommandsTest, RefreshesOneServer) {
  exchange_.answer("POST /api/v0/servers/up/refresh",
                   R"({"name":"up","tools":{"added":["up__a"],"removed":["up__b"],"changed":["up__c"]},)"
                   R"("resources":{"added":["mcpj://res/up/x"]},"warnings":["w"]})");
  EXPECT_EQ(ExitCode::kOk, run({"refresh", "up"}));
  EXPECT_EQ("Server up was listed anew.\nTools:\n  + up__a\n  - up__b\n  ~ up__c\nResources:\n  + mcpj://res/up/x\n",
            out());
  EXPECT_EQ("warning: w\n", err());
  EXPECT_EQ(ExitCode::kOk, run({"refresh", "up", "-o", "json"}));
  EXPECT_EQ(0U, out().find("{\n  \"name\": \"up\""));
  EXPECT_EQ("name one server, or use --all\n", failure({"refresh"}));
  EXPECT_EQ("name one server, or use --all\n", failure({"refresh", "up", "--all"}));
}

TEST_F(CommandsTest, RefreshesAllAndNamesThoseThatFail) {
  exchange_.answer("GET /api/v0/servers", std::string("[") + kUp + R"(,{"name":"down","transport":"stdio"}])");
  exchange_.answer("POST /api/v0/servers/up/refresh", R"({"name":"up"})");
  exchange_.answer("POST /api/v0/servers/down/refresh", R"({"error":"it is down"})", 502);
  EXPECT_EQ(ExitCode::kFailure, run({"refresh", "--all"}));
  EXPECT_EQ("Server up offers the same as before.\n", out());
  EXPECT_EQ("failed to refresh server down: it is down\n1 of 2 servers could not be refreshed\n", err());
  EXPECT_EQ(ExitCode::kFailure, run({"refresh", "--all", "-o", "json"}));
  EXPECT_EQ("[\n  {\n    \"name\": \"up\"\n  }\n]\n", out());
}

TEST_F(CommandsTest, Deregisters) {
  exchange_.answer("DELETE /api/v0/servers/up", "", 204);
  EXPECT_EQ(ExitCode::kOk, run({"deregister", "up"}));
  EXPECT_EQ(0U, out().find("Successfully deregistered MCP server up\n"));
}

TEST_F(CommandsTest, VersionSucceedsWithoutAServer) {
  exchange_.fail({ErrorCode::kUnavailable, "down", {}});
  EXPECT_EQ(ExitCode::kOk, run({"version", "--registry", "http://x/"}));
  EXPECT_NE(std::string::npos, out().find("Couldn't retrieve Server version at this time\nServer URL:  http://x\n"));
}

TEST_F(CommandsTest, StartsWithFlagsOverEnvironmentOverDotenv) {
  write(".env", "PORT=1\nSQLITE_DB_PATH=dotenv.db\nHOST=::1\n");
  environment_ = {{"PORT", "2"}, {"SQLITE_DB_PATH", "env.db"}};
  EXPECT_EQ(ExitCode::kOk, run({"start", "--port", "3", "ignored"}));
  ASSERT_TRUE(served_.has_value());
  EXPECT_EQ(3, served_->port);
  EXPECT_EQ("env.db", served_->sqlite_path);
  EXPECT_EQ("::1", served_->host);
}

TEST_F(CommandsTest, SaysWhyItDoesNotStart) {
  environment_ = {{"SERVER_MODE", "foo"}};
  EXPECT_EQ(
      "invalid value for SERVER_MODE environment variable: 'foo', valid values are 'development' and 'enterprise'\n",
      failure({"start"}));
  EXPECT_FALSE(served_.has_value());
}

TEST_F(CommandsTest, RotatesAndUnsealsDatabasesThatAreThereOnly) {
  write(".env", "SQLITE_DB_PATH=dotenv.db\n");
  const std::string path = (folder_ / "dotenv.db").string();
  const std::string why = "there is no database file " + path +
                          ": run this where the gateway runs, or name the file with --sqlite-db-path\n";
  EXPECT_EQ("failed to rotate the key: " + why, failure({"rotate-key"}));
  EXPECT_EQ("failed to unseal the database: " + why, failure({"unseal"}));
  EXPECT_FALSE(std::filesystem::exists(path));
  environment_ = {{"MCPJUNGLE_ENCRYPTION_KEY", "c2hvcnQ="}};
  EXPECT_TRUE(failure({"rotate-key"}).starts_with("MCPJUNGLE_ENCRYPTION_KEY: it has 5 bytes instead of 32; "));
}

TEST_F(CommandsTest, WarnsOfADotenvFileItCannotUse) {
  write(".env", "nonsense\n");
  EXPECT_EQ(ExitCode::kOk, run({"start", "--prod"}));
  EXPECT_EQ(
      "warning: .env is ignored: line 1: no '=' after the variable name\n"
      "Warning: --prod flag is deprecated, please use --enterprise flag instead\n",
      err());
}

}  // namespace
}  // namespace jungle::cli

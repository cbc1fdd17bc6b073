#include "cli/command_line.h"

#include <gtest/gtest.h>

#include "cli/help.h"

namespace jungle::cli {
namespace {

using Words = std::vector<std::string>;

class CommandLineTest : public ::testing::Test {
 protected:
  ParsedLine parse(const Words& words) { return parse_line(root_, words, mistake_); }
  std::string mistake(const Words& words) {
    const ParsedLine line = parse(words);
    return line.path.empty() ? mistake_.message : "(parsed " + path_text(line.path) + ")";
  }
  std::string path(const Words& words) { return path_text(parse(words).path); }

  const Command root_ = command_tree();
  FlagMistake mistake_;
};

TEST_F(CommandLineTest, FindsCommandsAndTheirArguments) {
  EXPECT_EQ("mcpjungle", path({}));
  EXPECT_EQ("mcpjungle list tools", path({"list", "tools"}));
  const ParsedLine line = parse({"usage", "up__echo"});
  EXPECT_EQ("mcpjungle usage", path_text(line.path));
  EXPECT_EQ((Words{"up__echo"}), line.invocation.arguments);
}

TEST_F(CommandLineTest, TakesTheNamesOfCommandsAsArgumentsToo) {
  const ParsedLine line = parse({"deregister", "start"});
  EXPECT_EQ("mcpjungle deregister", path_text(line.path));
  EXPECT_EQ((Words{"start"}), line.invocation.arguments);
  EXPECT_EQ((Words{"list"}), parse({"enable", "tool", "list"}).invocation.arguments);
}

TEST_F(CommandLineTest, ReadsFlagsInEverySpelling) {
  EXPECT_EQ("x.json", parse({"register", "-c", "x.json"}).invocation.text("conf"));
  EXPECT_EQ("x.json", parse({"register", "-cx.json"}).invocation.text("conf"));
  EXPECT_EQ("x.json", parse({"register", "--conf=x.json"}).invocation.text("conf"));
  EXPECT_EQ("a=b", parse({"register", "--name=a=b"}).invocation.text("name"));
  EXPECT_EQ("-5", parse({"invoke", "t", "--input", "-5"}).invocation.text("input"));
  EXPECT_EQ("[1,2]", parse({"invoke", "t", "--input", "[1,2]"}).invocation.text("input"));
  EXPECT_EQ("last", parse({"register", "--name", "first", "--name", "last"}).invocation.text("name"));
  EXPECT_EQ((Words{"a=1", "b=2"}),
            parse({"get", "prompt", "p", "--arg", "a=1", "--arg", "b=2"}).invocation.flags.at("arg"));
}

TEST_F(CommandLineTest, ReadsEmptyValues) {
  const ParsedLine line = parse({"register", "--name=", "--url", "", "--force"});
  EXPECT_EQ((Words{""}), line.invocation.flags.at("name"));
  EXPECT_EQ((Words{""}), line.invocation.flags.at("url"));
  EXPECT_TRUE(line.invocation.is_on("force"));
}

TEST_F(CommandLineTest, ReadsSwitches) {
  EXPECT_TRUE(parse({"register", "--force"}).invocation.is_on("force"));
  EXPECT_TRUE(parse({"register", "--force=1"}).invocation.is_on("force"));
  EXPECT_FALSE(parse({"register", "--force=false"}).invocation.is_on("force"));
  EXPECT_EQ(R"(invalid argument "maybe" for "--force" flag: strconv.ParseBool: parsing "maybe": invalid syntax)",
            mistake({"register", "--force=maybe"}));
}

TEST_F(CommandLineTest, TakesTheRegistryBeforeAndBehindTheCommand) {
  EXPECT_EQ("http://a", parse({"--registry", "http://a", "list", "servers"}).registry);
  EXPECT_EQ("http://b", parse({"list", "servers", "--registry", "http://b"}).registry);
  EXPECT_EQ("http://b", parse({"--registry", "http://a", "version", "--registry=http://b"}).registry);
}

TEST_F(CommandLineTest, TreatsWhatFollowsTwoDashesAsArguments) {
  const ParsedLine line = parse({"invoke", "--", "--input"});
  EXPECT_EQ("mcpjungle invoke", path_text(line.path));
  EXPECT_EQ((Words{"--input"}), line.invocation.arguments);
}

TEST_F(CommandLineTest, SuggestsTheNearestFlag) {
  EXPECT_EQ("unknown flag: --forse; did you mean '--force'?", mistake({"register", "--forse"}));
  EXPECT_EQ("unknown flag: --nope", mistake({"list", "servers", "--nope"}));
  EXPECT_EQ("unknown flag: --nope", mistake({"list", "servers", "--nope=5"}));
  EXPECT_EQ("unknown shorthand flag: 'x' in -x", mistake({"list", "servers", "-x"}));
  EXPECT_EQ("mcpjungle list servers", path_text(mistake_.path));
}

TEST_F(CommandLineTest, WantsTheValuesOfFlags) {
  EXPECT_EQ("flag needs an argument: --input", mistake({"invoke", "x", "--input"}));
  EXPECT_EQ("mcpjungle invoke", path_text(mistake_.path));
  EXPECT_EQ("flag needs an argument: --conf", mistake({"register", "-c"}));
}

TEST_F(CommandLineTest, KnowsHelpAndVersion) {
  EXPECT_TRUE(parse({"-h"}).wants_help);
  EXPECT_TRUE(parse({"list", "tools", "--help"}).wants_help);
  EXPECT_TRUE(parse({"-v"}).wants_version);
  EXPECT_TRUE(parse({"--version"}).wants_version);
}

TEST_F(CommandLineTest, RootHelpIsTheOneThatPeopleKnow) {
  const Command* path[] = {&root_};
  EXPECT_EQ(R"(MCP Gateway for AI Agents

Usage:
  mcpjungle [flags]

Basic Commands:
  start       Start the MCPJungle server
  register    Register an MCP Server
  list        List entities like MCP servers, tools, etc
  usage       Get usage information for a MCP tool
  invoke      Invoke a tool
  deregister  Deregister an MCP Server
  version     Print version information

Advanced Commands:
  get         Get entities like Prompts and Resources
  disable     Disable MCP entities like tools and prompts globally
  enable      Enable MCP entities like tools & prompts globally
  refresh     List a registered MCP Server anew
  authorize   Authorize a registered MCP Server again (upstream OAuth)
  rotate-key  Seal the secrets in the database under another key
  unseal      Put the secrets in the database back in clear text, for MCPJungle
  completion  Print a shell completion script for bash, zsh or fish

Flags:
  -h, --help              help for mcpjungle
      --registry string   Base URL of the MCPJungle registry server (default "http://127.0.0.1:8080")
  -v, --version           Display version information
Use "mcpjungle [command] --help" for more information about a command.
)",
            help_text(path));
}

TEST_F(CommandLineTest, HelpOfACommandHasUsageExamplesFlagsAndExitCodes) {
  const Command* path[] = {&root_, root_.find("list"), root_.find("list")->find("tools")};
  EXPECT_EQ(R"(List available tools

Usage:
  mcpjungle list tools [flags]

Examples:
  mcpjungle list tools
  mcpjungle list tools --server context7
  mcpjungle list tools -o json

Flags:
  -h, --help            help for tools
  -o, --output string   Output format: text or json (default text)
      --server string   Only those of this MCP server

Global Flags:
      --registry string   Base URL of the MCPJungle registry server (default "http://127.0.0.1:8080")

Exit codes:
  0  success
  1  any error; one line on standard error says which
)",
            help_text(path));
}

void expect_examples(const Command& command) {
  EXPECT_NE("", command.summary) << command.name;
  EXPECT_NE("", command.examples) << command.name;
  for (const Command& child : command.children)
    expect_examples(child);
}

TEST_F(CommandLineTest, EveryCommandHasASummaryAndExamples) {
  for (const Command& command : root_.children)
    expect_examples(command);
}

}  // namespace
}  // namespace jungle::cli

#include "cli/completion.h"

#include <cstdio>
#include <memory>

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

// What bash offers for a line that ends with the word to complete.
std::string bash_offers(const std::string& words, int current) {
  const std::string script = *completion_script("bash", command_tree());
  const std::string command = "bash --norc --noprofile -c '" + [&] {
    std::string quoted;
    const std::string body = script + "\nCOMP_WORDS=(" + words + ")\nCOMP_CWORD=" + std::to_string(current) +
                             "\n_mcpjungle\necho \"${COMPREPLY[*]}\"\n";
    for (const char c : body)
      quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted;
  }() + "'";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    out += static_cast<char>(c);
  return out;
}

TEST(CompletionTest, BashCompletesCommands) {
  EXPECT_EQ("list\n", bash_offers("mcpjungle li", 1));
  EXPECT_EQ("servers\n", bash_offers("mcpjungle list se", 2));
  EXPECT_EQ("tool\n", bash_offers("mcpjungle enable to", 2));
}

TEST(CompletionTest, BashCompletesFlagsAndTheirValues) {
  EXPECT_EQ("--server\n", bash_offers("mcpjungle list tools --s", 3));
  EXPECT_EQ("--conf\n", bash_offers("mcpjungle register --con", 2));
  EXPECT_EQ("json\n", bash_offers("mcpjungle list tools -o j", 4));
  EXPECT_EQ("fish\n", bash_offers("mcpjungle completion f", 2));
}

TEST(CompletionTest, EveryShellKnowsEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = *completion_script(shell, command_tree());
    for (const Command& command : command_tree().children)
      EXPECT_NE(std::string::npos, script.find(command.name)) << shell << " " << command.name;
    EXPECT_NE(std::string::npos, script.find("sqlite-db-path")) << shell;
  }
}

TEST(CompletionTest, NamesTheShellsItKnows) {
  EXPECT_EQ("there is no completion for 'fsh', only for bash, zsh and fish; did you mean 'zsh'?",
            completion_script("fsh", command_tree()).error().message);
}

}  // namespace
}  // namespace jungle::cli

// `mcpjungle completion`: scripts for shells.
#include "cli/completion.h"

#include "cli/commands/commands.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_completion(World& world, const Invocation& invocation) {
  const auto script = completion_script(invocation.arguments.front(), command_tree());
  if (!script) return script.error();
  world.console.print(*script);
  return {};
}

}  // namespace

Command completion_command() {
  Command command;
  command.name = "completion";
  command.section = Section::kAdvanced;
  command.summary = "Print a shell completion script for bash, zsh or fish";
  command.argument_name = "SHELL";
  command.arguments = Arguments::kOne;
  command.examples =
      "  source <(mcpjungle completion bash)\n"
      "  mcpjungle completion zsh > \"${fpath[1]}/_mcpjungle\"\n"
      "  mcpjungle completion fish | source\n";
  command.run = run_completion;
  return command;
}

}  // namespace jungle::cli

// `mcpjungle enable` and `disable` of tools, prompts and servers.
#include "admin_api/answers.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> print_switched(World& world, const Result<std::string>& body, std::string_view kind, Switch state,
                            const std::string& name) {
  const std::string failed = "failed to " + std::string(text_of(state)) + " " + name;
  if (!body) return with_context(body.error(), failed);
  const auto names = admin_api::parse_names(*body);
  if (!names) return with_context(names.error(), failed);
  world.console.print(switched_text(kind, state, *names));
  return {};
}

template <Switch state>
Result<void> switch_tool(World& world, const Invocation& invocation) {
  const std::string& name = invocation.arguments.front();
  return print_switched(world, world.admin.switch_tools(state, name), "tool", state, name);
}

template <Switch state>
Result<void> switch_prompt(World& world, const Invocation& invocation) {
  const std::string& name = invocation.arguments.front();
  return print_switched(world, world.admin.switch_prompts(state, name), "prompt", state, name);
}

template <Switch state>
Result<void> switch_server(World& world, const Invocation& invocation) {
  const std::string& name = invocation.arguments.front();
  const std::string failed = "failed to " + std::string(text_of(state)) + " server " + name;
  const auto body = world.admin.switch_server(state, name);
  if (!body) return with_context(body.error(), failed);
  const auto change = admin_api::parse_server_state_change(*body);
  if (!change) return with_context(change.error(), failed);
  world.console.print(switched_server_text(name, state, *change));
  return {};
}

// The old form, `enable NAME`.
template <Switch state>
Result<void> switch_named(World& world, const Invocation& invocation) {
  const std::string word(text_of(state));
  world.console.note("Warning: '" + word + " [name]' is deprecated. Please use '" + word + " tool [name]' or '" + word +
                     " server [name]' instead.\n");
  return switch_tool<state>(world, invocation);
}

template <Switch state>
Command entity(std::string name, std::string summary, std::string example, Run run) {
  Command command;
  command.examples = "  mcpjungle " + std::string(text_of(state)) + " " + name + " " + std::move(example) + "\n";
  command.name = std::move(name);
  command.summary = std::move(summary);
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.run = run;
  return command;
}

template <Switch state>
Command switch_command(std::string summary) {
  const std::string verb = state == Switch::kEnable ? "Enable" : "Disable";
  Command command;
  command.name = std::string(text_of(state));
  command.section = Section::kAdvanced;
  command.summary = std::move(summary);
  command.arguments = Arguments::kOneOrHelp;
  command.argument_name = "NAME";
  command.examples = "  mcpjungle " + command.name + " tool everything__echo\n";
  command.children = {
      entity<state>("tool", verb + " a tool, or all tools of an MCP server", "everything__echo", switch_tool<state>),
      entity<state>("prompt", verb + " a prompt, or all prompts of an MCP server", "everything__simple-prompt",
                    switch_prompt<state>),
      entity<state>("server", verb + " an MCP server with all its tools and prompts", "everything",
                    switch_server<state>)};
  command.run = switch_named<state>;
  return command;
}

}  // namespace

Command enable_command() {
  return switch_command<Switch::kEnable>("Enable MCP entities like tools & prompts globally");
}

Command disable_command() {
  return switch_command<Switch::kDisable>("Disable MCP entities like tools and prompts globally");
}

}  // namespace jungle::cli

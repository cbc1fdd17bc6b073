// `mcpjungle deregister`: removes an upstream server.
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_deregister(World& world, const Invocation& invocation) {
  const std::string& name = invocation.arguments.front();
  if (auto done = world.admin.deregister_server(name); !done) {
    return with_context(done.error(), "failed to deregister MCP server " + name);
  }
  world.console.print(deregistered_text(name));
  return {};
}

}  // namespace

Command deregister_command() {
  Command command;
  command.name = "deregister";
  command.summary = "Deregister an MCP Server";
  command.about = "Deregister an MCP server, with its tools, prompts and resources.";
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.examples = "  mcpjungle deregister context7\n";
  command.run = run_deregister;
  return command;
}

}  // namespace jungle::cli

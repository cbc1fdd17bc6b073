// `mcpjungle usage`: what a tool takes.
#include "admin_api/catalog_rows.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_usage(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  const std::string failed = "failed to get tool '" + invocation.arguments.front() + "'";
  const auto body = world.admin.tool(invocation.arguments.front());
  if (!body) return with_context(body.error(), failed);
  const auto tool = admin_api::parse_tool_row(*body);
  if (!tool) return with_context(tool.error(), failed);
  const auto text = *format == OutputFormat::kJson ? pretty_json(*body) : usage_text(*tool);
  if (!text) return with_context(text.error(), failed);
  world.console.print(*text);
  return {};
}

}  // namespace

Command usage_command() {
  Command command;
  command.name = "usage";
  command.summary = "Get usage information for a MCP tool";
  command.about = "Show a tool's description, its input parameters and its annotations.";
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.examples = "  mcpjungle usage context7__get-library-docs\n  mcpjungle usage fs__read_file -o json\n";
  command.flags = {output_flag()};
  command.run = run_usage;
  return command;
}

}  // namespace jungle::cli

// `mcpjungle list servers|tools|prompts|resources`.
#include <utility>

#include "admin_api/catalog_rows.h"
#include "admin_api/server_view.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

// Prints a list that the server answered: as JSON, or in words.
template <typename Rows, typename Print>
Result<void> print_list(World& world, const Invocation& invocation, const Result<std::string>& body,
                        Result<Rows> (*parse)(std::string_view), const std::string& what, Print text_of_rows) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  const std::string failed = "failed to list " + what;
  if (!body) return with_context(body.error(), failed);
  if (*format == OutputFormat::kJson) {
    auto json = pretty_json(*body);
    if (!json) return with_context(json.error(), failed);
    world.console.print(*json);
    return {};
  }
  const auto rows = parse(*body);
  if (!rows) return with_context(rows.error(), failed);
  world.console.print(text_of_rows(*rows));
  return {};
}

Result<void> list_servers(World& world, const Invocation& invocation) {
  const Secrets secrets = invocation.is_on("show-secrets") ? Secrets::kShown : Secrets::kMasked;
  return print_list(world, invocation, world.admin.servers(secrets), admin_api::parse_server_views, "servers",
                    servers_text);
}

Result<void> list_tools(World& world, const Invocation& invocation) {
  const std::string server = invocation.text("server");
  const auto in_words = [&](const std::vector<admin_api::ToolRow>& tools) { return tools_text(tools, server); };
  return print_list(world, invocation, world.admin.tools(server), admin_api::parse_tool_rows, "tools", in_words);
}

Result<void> list_prompts(World& world, const Invocation& invocation) {
  return print_list(world, invocation, world.admin.prompts(invocation.text("server")), admin_api::parse_prompt_rows,
                    "prompts", prompts_text);
}

Result<void> list_resources(World& world, const Invocation& invocation) {
  return print_list(world, invocation, world.admin.resources(invocation.text("server")), admin_api::parse_resource_rows,
                    "resources", resources_text);
}

Command entity(std::string name, std::string summary, Run run, bool has_server) {
  Command command;
  command.examples = "  mcpjungle list " + name + "\n";
  if (has_server) command.examples += "  mcpjungle list " + name + " --server context7\n";
  command.examples += "  mcpjungle list " + name + " -o json\n";
  command.name = std::move(name);
  command.summary = std::move(summary);
  command.flags = {output_flag()};
  if (has_server) command.flags.push_back({"server", 0, "string", "Only those of this MCP server", ""});
  command.run = run;
  return command;
}

}  // namespace

Command list_command() {
  Command command;
  command.name = "list";
  command.summary = "List entities like MCP servers, tools, etc";
  command.examples = "  mcpjungle list servers\n  mcpjungle list tools --server context7\n";
  Command servers = entity("servers", "List registered MCP servers", list_servers, false);
  servers.flags.push_back(
      {"show-secrets", 0, "", "Show the values of variables and URL queries, which are masked", ""});
  command.children = {std::move(servers), entity("tools", "List available tools", list_tools, true),
                      entity("prompts", "List available prompts", list_prompts, true),
                      entity("resources", "List available resources", list_resources, true)};
  return command;
}

}  // namespace jungle::cli

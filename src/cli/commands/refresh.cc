// `mcpjungle refresh`: lists registered servers anew.
#include <string>
#include <utility>
#include <vector>

#include "admin_api/refreshed_server.h"
#include "admin_api/server_view.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/spinner.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

// The JSON text that came.
Result<std::string> refresh(World& world, const std::string& server) {
  const Spinner spinner(world.console, "listing " + server);
  auto body = world.admin.refresh_server(server);
  if (!body) return with_context(body.error(), "failed to refresh server " + server);
  return body;
}

Result<void> print(World& world, const std::string& body, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    auto json = pretty_json(body);
    if (!json) return json.error();
    world.console.print(*json);
    return {};
  }
  const auto refreshed = admin_api::parse_refreshed_server(body);
  if (!refreshed) return with_context(refreshed.error(), "the answer is not understood");
  world.console.print(refreshed_text(*refreshed));
  for (const std::string& warning : refreshed->warnings)
    world.console.note("warning: " + warning);
  return {};
}

Result<std::vector<std::string>> registered_names(World& world) {
  const auto body = world.admin.servers(Secrets::kMasked);
  if (!body) return with_context(body.error(), "failed to list servers");
  const auto servers = admin_api::parse_server_views(*body);
  if (!servers) return with_context(servers.error(), "failed to list servers");
  std::vector<std::string> names;
  for (const admin_api::ServerView& server : *servers)
    names.push_back(server.name);
  return names;
}

// One after the other. One that fails does not keep the others from their turn.
Result<void> refresh_all(World& world, OutputFormat format) {
  const auto names = registered_names(world);
  if (!names) return names.error();
  std::string bodies;
  std::size_t failures = 0;
  for (const std::string& name : *names) {
    const auto body = refresh(world, name);
    if (!body) {
      world.console.note(body.error().message);
      ++failures;
    } else if (format == OutputFormat::kJson) {
      bodies += (bodies.empty() ? "" : ",") + *body;
    } else if (auto printed = print(world, *body, format); !printed) {
      return printed;
    }
  }
  if (format == OutputFormat::kJson) {
    if (auto printed = print(world, "[" + bodies + "]", format); !printed) return printed;
  }
  if (failures == 0) return {};
  return Error{ErrorCode::kUnavailable,
               std::to_string(failures) + " of " + std::to_string(names->size()) + " servers could not be refreshed",
               {}};
}

Result<void> run_refresh(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  const bool is_all = invocation.is_on("all");
  if (is_all == !invocation.arguments.empty() || invocation.arguments.size() > 1) {
    return Error{ErrorCode::kInvalidArgument, "name one server, or use --all", {}};
  }
  if (is_all) return refresh_all(world, *format);
  const auto body = refresh(world, invocation.arguments.front());
  if (!body) return body.error();
  return print(world, *body, *format);
}

constexpr std::string_view kAbout =
    "Ask a registered MCP server what it offers now, and say what was added (+), removed (-) and changed (~).\n"
    "Its settings, credentials and what you disabled stay; connected clients are told if their lists have changed.\n"
    "A server that cannot be asked keeps the tools, prompts and resources that it had.\n"
    "\n"
    "A server that wants OAuth and lacks a grant is named with the command that gets one: 'mcpjungle authorize'.\n"
    "Servers that change often can be asked regularly: see sync_interval_sec in 'mcpjungle register --help'.";

}  // namespace

Command refresh_command() {
  Command command;
  command.name = "refresh";
  command.section = Section::kAdvanced;
  command.summary = "List a registered MCP Server anew";
  command.about = kAbout;
  command.argument_name = "[NAME]";
  command.examples =
      "  mcpjungle refresh context7\n"
      "  mcpjungle refresh --all\n"
      "  mcpjungle refresh context7 -o json\n";
  command.flags = {{"all", 0, "", "All registered servers, one after the other", ""}, output_flag()};
  command.run = run_refresh;
  return command;
}

}  // namespace jungle::cli

// `mcpjungle authorize`: a new OAuth grant for a registered server.
#include "cli/commands/commands.h"
#include "cli/oauth/authorization_flow.h"
#include "cli/output.h"
#include "cli/spinner.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_authorize(World& world, const Invocation& invocation) {
  const auto options = approval_options(invocation);
  if (!options) return options.error();
  const std::string& server = invocation.arguments.front();
  const auto request = [&](const std::string& redirect_uri) -> Result<OAuthAnswer> {
    const Spinner spinner(world.console, "asking for the authorization of " + server);
    auto answer = world.admin.authorize_server(server, admin_api::AuthorizeInput{redirect_uri});
    if (!answer) return with_context(answer.error(), "failed to authorize server " + server);
    return answer;
  };
  const auto body = send_with_approval(world, *options, server, "", request);
  if (!body) return body.error();
  world.console.print(authorized_text(server));
  return {};
}

constexpr std::string_view kAbout =
    "Authorize a registered MCP server again, in place: its settings, tools, groups and enabled flags stay.\n"
    "For servers that 'list servers' shows as in need of authorization, and for scopes that a call turned out to "
    "need.\n"
    "\n"
    "The browser opens; once the authorization server has sent it back, the command ends. With --no-browser it prints\n"
    "the URL, and reads what the browser ended on, or the code out of it, from standard input: for servers without a\n"
    "desktop, and for containers (docker exec -i).";

}  // namespace

Command authorize_command() {
  Command command;
  command.name = "authorize";
  command.section = Section::kAdvanced;
  command.summary = "Authorize a registered MCP Server again (upstream OAuth)";
  command.about = kAbout;
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.examples =
      "  mcpjungle authorize todoist\n"
      "  mcpjungle authorize todoist --no-browser\n"
      "  docker exec -i gateway mcpjungle authorize todoist --no-browser\n";
  command.flags = approval_flags();
  command.run = run_authorize;
  return command;
}

}  // namespace jungle::cli

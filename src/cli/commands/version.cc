// `mcpjungle version`.
#include "app/version.h"

#include "admin_api/answers.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_version(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  std::string server_version;  // Empty when the server does not say: that is no failure of this command.
  if (const auto body = world.admin.metadata()) {
    if (const auto version = admin_api::parse_metadata(*body)) server_version = *version;
  }
  const std::string& url = world.admin.base_url();
  if (*format == OutputFormat::kText) {
    world.console.print(version_text(app::version(), server_version, url));
    return {};
  }
  auto json = pretty_json(version_json(app::version(), server_version, url));
  if (!json) return json.error();
  world.console.print(*json);
  return {};
}

}  // namespace

Command version_command() {
  Command command;
  command.name = "version";
  command.summary = "Print version information";
  command.about = "Print the versions of this program and of the server. A server that does not answer is no error.";
  command.examples = "  mcpjungle version\n  mcpjungle version -o json\n";
  command.flags = {output_flag()};
  command.run = run_version;
  return command;
}

}  // namespace jungle::cli

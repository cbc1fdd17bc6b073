// `mcpjungle unseal`: puts the secrets in the database back in clear.
#include "app/rekey.h"
#include "cli/commands/commands.h"
#include "cli/gateway_settings.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_unseal(World& world, const Invocation& invocation) {
  const auto config = database_settings(world, invocation);
  if (!config) return config.error();
  const auto count = app::unseal(*config);
  if (!count) return with_context(count.error(), "failed to unseal the database");
  world.console.print("Secrets in clear text now: " + std::to_string(*count) + "\n");
  world.console.note("Whoever can read " + config->sqlite_path + " can read them. `mcpjungle start` seals them again.");
  return {};
}

constexpr std::string_view kAbout =
    "Put the secrets in the database back in clear text, as MCPJungle keeps them: the way back to it.\n"
    "\n"
    "Works on the database file, with the settings of `start` (flags, environment, .env). Stop the gateway first: it\n"
    "stores no secret any more once this has run, and seals all of them again when it starts.";

}  // namespace

Command unseal_command() {
  Command command;
  command.name = "unseal";
  command.section = Section::kAdvanced;
  command.summary = "Put the secrets in the database back in clear text, for MCPJungle";
  command.about = kAbout;
  command.examples = "  mcpjungle unseal\n  mcpjungle unseal --sqlite-db-path /var/lib/mcpjungle/mcpjungle.db\n";
  command.flags = {{"sqlite-db-path", 0, "string", "SQLite database file (env SQLITE_DB_PATH)", "mcpjungle.db"}};
  command.run = run_unseal;
  return command;
}

}  // namespace jungle::cli

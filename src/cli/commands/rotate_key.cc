// `mcpjungle rotate-key`: seals the secrets in the database under another key.
#include "app/rekey.h"
#include "cli/commands/commands.h"
#include "cli/gateway_settings.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_rotate_key(World& world, const Invocation& invocation) {
  const auto config = database_settings(world, invocation);
  if (!config) return config.error();
  const auto rotation = app::rotate_key(*config);
  if (!rotation) return with_context(rotation.error(), "failed to rotate the key");
  for (const std::string& why : rotation->unreadable)
    world.console.note("warning: " + why + "; it stays as it is, and its server has to be registered again");
  if (!rotation->leftover.empty())
    world.console.note("warning: what was sealed under the old key may still be in the file (" + rotation->leftover +
                       "); the next start of the gateway removes it");
  const std::string count = std::to_string(rotation->sealed);
  if (rotation->key_file.empty()) {
    world.console.print("Secrets sealed under the first of the given keys: " + count +
                        "\nStart the gateway with that key alone from now on.\n");
  } else {
    world.console.print("Secrets sealed under a new key: " + count + "\nThe key is in " + rotation->key_file +
                        ": keep a copy of it, apart from the database.\n");
  }
  world.console.note("Copies of the database that were made before need the old key.");
  return {};
}

constexpr std::string_view kAbout =
    "Seal the secrets in the database under another key.\n"
    "\n"
    "Works on the database file, with the settings of `start` (flags, environment, .env); the gateway may run "
    "meanwhile.\n"
    "All secrets are sealed anew in one transaction. Killed at any moment, it leaves a database that opens with the "
    "keys\n"
    "at hand: run it again.\n"
    "\n"
    "With the key file that `start` makes beside the database, it makes a new key and writes it there; a running "
    "gateway\n"
    "finds it. With MCPJUNGLE_ENCRYPTION_KEY or MCPJUNGLE_ENCRYPTION_KEY_FILE, give it the new key and the old one,\n"
    "in this order, separated by a comma or a line end; then restart the gateway with the new key alone.";

}  // namespace

Command rotate_key_command() {
  Command command;
  command.name = "rotate-key";
  command.section = Section::kAdvanced;
  command.summary = "Seal the secrets in the database under another key";
  command.about = kAbout;
  command.examples =
      "  mcpjungle rotate-key\n"
      "  mcpjungle rotate-key --sqlite-db-path /var/lib/mcpjungle/mcpjungle.db\n"
      "  docker exec mcpjungle mcpjungle rotate-key\n"
      "  NEW=$(openssl rand -base64 32); MCPJUNGLE_ENCRYPTION_KEY=\"$NEW,$OLD\" mcpjungle rotate-key\n";
  command.flags = {{"sqlite-db-path", 0, "string", "SQLite database file (env SQLITE_DB_PATH)", "mcpjungle.db"}};
  command.run = run_rotate_key;
  return command;
}

}  // namespace jungle::cli

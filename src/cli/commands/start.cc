// `mcpjungle start`: runs the gateway.
#include "app/config.h"
#include "cli/commands/commands.h"
#include "cli/gateway_settings.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_start(World& world, const Invocation& invocation) {
  app::StartFlags flags;
  flags.port = invocation.text("port");
  flags.host = invocation.text("host");
  flags.sqlite_db_path = invocation.text("sqlite-db-path");
  flags.allowed_hosts = invocation.text("allowed-hosts");
  flags.list_at_start = invocation.text("list-at-start");
  flags.log_format = invocation.text("log-format");
  flags.log_level = invocation.text("log-level");
  flags.enterprise = invocation.is_on("enterprise");
  flags.prod = invocation.is_on("prod");
  flags.separate_sse = invocation.is_on("separate-sse");
  const auto config = app::config_from(flags, gateway_environment(world), file_access(world));
  if (!config) return config.error();
  for (const std::string& warning : config->warnings)
    world.console.note(warning);
  return world.serve(*config);
}

constexpr std::string_view kAbout =
    "Start the MCPJungle server: the MCP endpoint at /mcp, and the REST API that the other commands talk to.\n"
    "\n"
    "Settings come from flags, then the environment, then a .env file in the working directory:\n"
    "  PORT, HOST, ALLOWED_HOSTS, SQLITE_DB_PATH, SERVER_MODE, LIST_AT_START, SEPARATE_SSE, LOG_FORMAT, LOG_LEVEL\n"
    "  MCP_SERVER_INIT_REQ_TIMEOUT_SEC  seconds for an MCP server to initialize (default 30)\n"
    "  MCP_CALL_TIMEOUT_SEC             seconds for a call to an MCP server (default 300)\n"
    "  SESSION_IDLE_TIMEOUT_SEC         seconds after which idle stateful sessions end (default 3600; 0 or -1: never)\n"
    "In development mode there is no authentication, so the server listens on 127.0.0.1 unless told otherwise.";

}  // namespace

Command start_command() {
  Command command;
  command.name = "start";
  command.summary = "Start the MCPJungle server";
  command.about = kAbout;
  command.examples =
      "  mcpjungle start\n"
      "  mcpjungle start --port 9000 --sqlite-db-path /var/lib/mcpjungle/mcpjungle.db\n"
      "  mcpjungle start --host 0.0.0.0 --allowed-hosts gateway.example.org --log-format json\n";
  command.flags = {
      {"port", 0, "string", "Port to listen on; 0 takes a free one (env PORT)", "8080"},
      {"host", 0, "string", "Address to listen on (env HOST; default 127.0.0.1, enterprise mode 0.0.0.0)", ""},
      {"allowed-hosts", 0, "string",
       "Comma-separated host names and origins that browsers may use besides localhost; * for any (env ALLOWED_HOSTS)",
       ""},
      {"sqlite-db-path", 0, "string", "SQLite database file (env SQLITE_DB_PATH)", "mcpjungle.db"},
      {"enterprise", 0, "", "Run in enterprise mode (env SERVER_MODE=enterprise)", ""},
      {"prod", 0, "", "Deprecated: use --enterprise", ""},
      {"list-at-start", 0, "string",
       "Which servers are asked at the start what they offer: all, http (no stdio server is started for it) or none "
       "(env LIST_AT_START)",
       "all"},
      {"separate-sse", 0, "",
       "Servers of the transport sse are at /sse only, and all others at /mcp only, as in MCPJungle; without it both "
       "have all servers (env SEPARATE_SSE)",
       ""},
      {"log-format", 0, "string", "Log format: text or json (env LOG_FORMAT)", "text"},
      {"log-level", 0, "string", "Log level: trace, debug, info, warn or error (env LOG_LEVEL)", "info"}};
  command.run = run_start;
  return command;
}

}  // namespace jungle::cli

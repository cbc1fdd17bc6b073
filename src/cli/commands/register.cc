// `mcpjungle register`: registers an upstream server.
#include "admin_api/register_input.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/config_file.h"
#include "cli/oauth/authorization_flow.h"
#include "cli/output.h"
#include "cli/placeholders.h"
#include "cli/spinner.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

using admin_api::Json;
using admin_api::RegisterInput;

// Unknown members are ignored, but one that looks like a mistyped field is worth a word.
void warn_of_typing_mistakes(World& world, const Json& config, const std::string& file) {
  const std::vector<std::string> known = admin_api::register_field_names();
  for (const Json::Member& member : config.members) {
    const std::string key = ascii_lower(member.key);
    const auto meant = nearest(key, known);
    if (meant && *meant != key) {
      world.console.note("warning: " + file + ": unknown field '" + member.key + "' is ignored; did you mean '" +
                         *meant + "'?");
    }
  }
}

Error in_file(Error error, const std::string& context, const std::string& file) {
  error.message += " in " + file;
  return with_context(std::move(error), context);
}

Result<RegisterInput> input_from_file(World& world, const std::string& file) {
  const std::filesystem::path path = world.directory / file;
  auto text = read_config_file(path);
  if (!text) {
    Error error = text.error();
    if (error.code == ErrorCode::kNotFound) error.message = "open " + file + ": no such file or directory";
    return with_context(error, "failed to read config file " + file);
  }
  auto config = parse_config(*text, config_syntax(path, *text));
  if (!config) return in_file(config.error(), "failed to parse config file", file);
  if (auto expanded = expand_placeholders(*config, world.environment); !expanded) {
    return in_file(expanded.error(), "failed to resolve config file environment variables", file);
  }
  warn_of_typing_mistakes(world, *config, file);
  auto input = admin_api::register_input_of(*config);
  if (!input) return in_file(input.error(), "failed to parse config file", file);
  return input;
}

Result<RegisterInput> input_from_flags(const Invocation& invocation) {
  const auto missing = [](const std::string& message) { return Error{ErrorCode::kInvalidArgument, message, {}}; };
  RegisterInput input;
  input.name = invocation.text("name");
  input.url = invocation.text("url");
  if (input.name.empty()) return missing("either supply a configuration file or set the required flag \"name\"");
  if (input.url.empty()) return missing("required flag \"url\" not set");
  input.transport = "streamable_http";
  input.description = invocation.text("description");
  input.bearer_token = Secret(invocation.text("bearer-token"));
  return input;
}

// What the server brings along. A list that cannot be fetched is left out: the registration itself succeeded.
ServerContents contents_of(World& world, const std::string& server) {
  ServerContents contents;
  if (auto body = world.admin.tools(server)) {
    if (auto rows = admin_api::parse_tool_rows(*body)) contents.tools = std::move(*rows);
  }
  if (auto body = world.admin.prompts(server)) {
    if (auto rows = admin_api::parse_prompt_rows(*body)) contents.prompts = std::move(*rows);
  }
  if (auto body = world.admin.resources(server)) {
    if (auto rows = admin_api::parse_resource_rows(*body)) contents.resources = std::move(*rows);
  }
  return contents;
}

// Prints the request instead of sending it.
Result<void> print_request(World& world, const RegisterInput& input, bool is_forced) {
  auto body = pretty_json(render(with_masked_secrets(input)));
  if (!body) return body.error();
  world.console.note("Nothing was sent. This would be, with the secrets themselves in place of the asterisks:");
  world.console.note("POST " + world.admin.register_url(is_forced));
  world.console.print(*body);
  return {};
}

Result<std::string> send(World& world, const ApprovalOptions& options, RegisterInput input, bool is_forced) {
  const auto request = [&](const std::string& redirect_uri) -> Result<OAuthAnswer> {
    const Spinner spinner(world.console, "registering " + input.name);
    input.oauth_redirect_uri = redirect_uri;
    auto answer = world.admin.register_server(input, is_forced);
    if (!answer) return with_context(answer.error(), "failed to register server");
    return answer;
  };
  const std::string own_redirect_uri = input.oauth_redirect_uri;
  return send_with_approval(world, options, input.name, own_redirect_uri, request);
}

Result<void> run_register(World& world, const Invocation& invocation) {
  const auto options = approval_options(invocation);
  if (!options) return options.error();
  const std::string file = invocation.text("conf");
  auto input = file.empty() ? input_from_flags(invocation) : input_from_file(world, file);
  if (!input) return input.error();
  const bool is_forced = invocation.is_on("force");
  if (invocation.is_on("dry-run")) return print_request(world, *input, is_forced);
  const auto answer = send(world, *options, std::move(*input), is_forced);
  if (!answer) return answer.error();
  const auto server = admin_api::parse_registered(*answer);
  if (!server) return with_context(server.error(), "failed to register server: the answer is not understood");
  world.console.print(registered_text(*server, contents_of(world, server->name)));
  if (const auto warnings = admin_api::parse_registered_warnings(*answer)) {
    for (const std::string& warning : *warnings)
      world.console.note("warning: " + warning);
  }
  return {};
}

constexpr std::string_view kAbout =
    "Register an MCP server: over streamable HTTP with --name and --url, or any kind with a config file.\n"
    "\n"
    "A config file is JSON or YAML with the members\n"
    "  name, transport (streamable_http, stdio, sse), description\n"
    "  url, bearer_token, headers, ca_file       for streamable_http and sse\n"
    "  forward_headers                           for both: headers of clients that go along\n"
    "  oauth_redirect_uri, oauth_client_id, oauth_client_secret, oauth_scopes\n"
    "                                            for servers that want OAuth, all optional\n"
    "  command, args, env, cwd, warm             for stdio\n"
    "  session_mode (stateless, stateful), protocol (auto, legacy, modern)\n"
    "  init_timeout_sec, call_timeout_sec\n"
    "  sync_interval_sec                         how often it is asked what it offers (5 to 86400; default: never),\n"
    "                                            unless it says so itself when that changes\n"
    "\n"
    "${NAME} in any string value is replaced by the environment variable NAME, which must be set.\n"
    "$NAME is left alone. Write $${ for a literal ${.\n"
    "\n"
    "With --conf, the flags that describe the server are ignored. --force replaces a server of the same name, but "
    "only\n"
    "after the new one has answered. --dry-run prints what would be sent, with secrets masked.\n"
    "\n"
    "If the server wants OAuth, the browser opens for the approval; once the authorization server has sent it back to "
    "a\n"
    "port of this machine, the registration is completed. With --no-browser the URL is only printed, and what the\n"
    "browser ended on, or the code out of it, is read from standard input.";

}  // namespace

Command register_command() {
  Command command;
  command.name = "register";
  command.summary = "Register an MCP Server";
  command.about = kAbout;
  command.examples =
      "  mcpjungle register --name context7 --url https://mcp.context7.com/mcp\n"
      "  mcpjungle register -c filesystem.json\n"
      "  mcpjungle register -c github.yaml --force\n"
      "  mcpjungle register --name todoist --url https://ai.todoist.net/mcp --no-browser\n"
      "\n"
      "  # filesystem.json\n"
      "  {\"name\": \"fs\", \"transport\": \"stdio\", \"command\": \"npx\",\n"
      "   \"args\": [\"-y\", \"@modelcontextprotocol/server-filesystem\", \"${HOME}/notes\"]}\n"
      "\n"
      "  # old.yaml, for a server of the deprecated HTTP+SSE transport\n"
      "  name: old\n"
      "  transport: sse\n"
      "  url: https://tools.example.com/sse\n"
      "  bearer_token: ${OLD_TOKEN}\n";
  command.flags = {{"name", 0, "string", "Name of the MCP server", ""},
                   {"url", 0, "string", "URL of the streamable HTTP MCP server", ""},
                   {"description", 0, "string", "What the server is for", ""},
                   {"bearer-token", 0, "string", "Sent to the server as Authorization: Bearer", ""},
                   {"force", 0, "", "Replace a server that is registered under the same name", ""},
                   {"conf", 'c', "string", "Path to a JSON or YAML config file", ""},
                   {"dry-run", 0, "", "Print what would be sent, with secrets masked, and send nothing", ""}};
  for (Flag& flag : approval_flags())
    command.flags.push_back(std::move(flag));
  command.run = run_register;
  return command;
}

}  // namespace jungle::cli

#include "cli/output.h"

#include <algorithm>

#include "admin_api/json.h"
#include "admin_api/object_writer.h"
#include "app/version.h"
#include "base/redactor.h"
#include "catalog/server_secrets.h"

namespace jungle::cli {
namespace {

using admin_api::Json;
using admin_api::parse_json;
using admin_api::Trailing;

constexpr std::size_t kParameterRuleExtra = 20;
constexpr std::size_t kMessageRule = 31;
constexpr std::size_t kMessagesRule = 51;

std::string numbered(std::size_t index, std::string_view name) {
  return std::to_string(index + 1) + ". " + std::string(name);
}

std::string line_if(std::string_view label, std::string_view value) {
  return value.empty() ? std::string() : std::string(label) + std::string(value) + "\n";
}

std::string_view state_text(bool enabled) { return enabled ? "ENABLED" : "DISABLED"; }

// Text as it is, everything else as JSON.
std::string plain(const Json& value) { return value.kind == Json::Kind::kString ? value.text : compact(value); }

// What a person has to do before all calls work again.
std::string authorization_text(const admin_api::ServerView& server) {
  const bool needs_scopes = server.authorization == admin_api::kNeedsScopes;
  if (!needs_scopes && server.authorization != admin_api::kNeedsAuthorization)
    return line_if("Authorization: ", server.authorization);
  std::string out = "Authorization: needed";
  if (needs_scopes) out += " for more scopes";
  for (const std::string& scope : server.missing_scopes)
    out += (&scope == &server.missing_scopes.front() ? " (" : " ") + scope;
  if (!server.missing_scopes.empty()) out += ")";
  return out + ", run 'mcpjungle authorize " + server.name + "'\n";
}

// "X-Request-Id, X-Wiki-Token as Authorization".
std::string forwarded_text(const std::map<std::string, std::string>& headers) {
  std::string names;
  for (const auto& [name, sent_as] : headers) {
    names += (names.empty() ? "" : ", ") + name;
    if (sent_as != name) names += " as " + sent_as;
  }
  return line_if("Headers of clients that are forwarded: ", names);
}

std::string availability_text(const admin_api::ServerView& server) {
  if (server.unavailable_reason.empty()) return {};
  const std::string next =
      server.next_attempt_at.empty() ? "it is not tried again by itself" : "next attempt at " + server.next_attempt_at;
  return "Unavailable since " + server.unavailable_since + " (" + next + "): " + server.unavailable_reason + "\n";
}

std::string server_text(const admin_api::ServerView& server) {
  std::string out =
      line_if("", server.description) + availability_text(server) + "Transport: " + server.transport + "\n";
  if (server.transport != "stdio")
    return out + "URL: " + server.url + "\n" + line_if("Certificate authorities: ", server.ca_file) +
           forwarded_text(server.forward_headers) + authorization_text(server);
  out += "Command: " + server.command;
  for (const std::string& argument : server.args)
    out += " " + argument;
  out += "\n";
  if (server.env.empty()) return out;
  out += "Environment variables: map[";
  for (const auto& [key, value] : server.env) {
    if (out.back() != '[') out += ' ';
    out += key + ":" + value.reveal();
  }
  return out + "]\n";
}

bool is_required(const Json& schema, std::string_view property) {
  const Json* required = schema.find("required");
  if (!required) return false;
  return std::any_of(required->items.begin(), required->items.end(),
                     [&](const Json& name) { return name.text == property; });
}

std::string parameters_text(const Json& schema, const Json& properties) {
  std::string out = "\nInput Parameters:\n";
  for (const Json::Member& property : properties.members) {
    const std::string word = is_required(schema, property.key) ? "required" : "optional";
    const std::string rule(property.key.size() + word.size() + kParameterRuleExtra, '=');
    out += rule + "\n" + property.key + " (" + word + ")\n" + pretty(property.value) + "\n" + rule + "\n\n";
  }
  return out;
}

std::string difference_text(std::string_view kind, const admin_api::ListDifference& list) {
  if (!list.any()) return {};
  std::string out = std::string(kind) + ":\n";
  const std::pair<const char*, const std::vector<std::string>*> parts[] = {
      {"  + ", &list.added}, {"  - ", &list.removed}, {"  ~ ", &list.changed}};
  for (const auto& [sign, names] : parts) {
    for (const std::string& name : *names)
      out += sign + name + "\n";
  }
  return out;
}

std::string past_tense(Switch state) { return std::string(text_of(state)) + "d"; }

std::string switched_list(std::string_view kind, Switch state, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string out = "\nFollowing MCP " + std::string(kind) + "s have been " + past_tense(state) + ":\n";
  for (const std::string& name : names)
    out += "    - " + name + "\n";
  return out;
}

}  // namespace

std::string servers_text(const std::vector<admin_api::ServerView>& servers) {
  if (servers.empty()) return "There are no MCP servers in the registry\n";
  std::string out;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (i != 0) out += "\n";
    out += numbered(i, servers[i].name) + "\n" + server_text(servers[i]);
  }
  return out;
}

std::string tools_text(const std::vector<admin_api::ToolRow>& tools, std::string_view server) {
  if (tools.empty() && !server.empty()) return "There are no tools from mcp server '" + std::string(server) + "'\n";
  if (tools.empty()) return "There are currently no tools in the registry\n";
  std::string out;
  if (!server.empty()) out += "Tools from server '" + std::string(server) + "':\n\n";
  for (std::size_t i = 0; i < tools.size(); ++i) {
    out += numbered(i, tools[i].name) + "  [" + std::string(state_text(tools[i].enabled)) + "]\n";
    out += tools[i].description + "\n\n";
  }
  return out + "Run 'usage <tool name>' to see a tool's usage or 'invoke <tool name>' to call one\n";
}

std::string prompts_text(const std::vector<admin_api::PromptRow>& prompts) {
  if (prompts.empty()) return "No prompts found\n";
  std::string out;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    out += numbered(i, prompts[i].name) + "  [" + std::string(state_text(prompts[i].enabled)) + "]\n";
    out += line_if("", prompts[i].description) + "\n";
  }
  return out + "Run 'get prompt <prompt name>' to retrieve a prompt template\n";
}

std::string resources_text(const std::vector<admin_api::ResourceRow>& resources) {
  if (resources.empty()) return "No resources found\n";
  std::string out;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    out += numbered(i, resources[i].name) + "\n   URI: " + resources[i].uri + "\n";
    out += line_if("   Description:  ", resources[i].description) + "\n";
  }
  return out;
}

Result<std::string> usage_text(const admin_api::ToolRow& tool) {
  std::string out = tool.name + "\n" + tool.description + "\n";
  auto schema = parse_json(tool.input_schema_json.empty() ? "{}" : tool.input_schema_json, Trailing::kIgnore);
  if (!schema) return with_context(schema.error(), "the tool's input schema is not JSON");
  const Json* properties = schema->find("properties");
  if (!properties || properties->members.empty()) return out + "This tool does not require any input parameters.\n";
  out += parameters_text(*schema, *properties);
  auto annotations = parse_json(tool.annotations_json.empty() ? "{}" : tool.annotations_json, Trailing::kIgnore);
  if (!annotations) return with_context(annotations.error(), "the tool's annotations are not JSON");
  if (annotations->members.empty()) return out;
  out += "\nAnnotations:\n";
  for (const Json::Member& annotation : annotations->members)
    out += "* " + annotation.key + " = " + plain(annotation.value) + "\n";
  return out;
}

std::string resource_text(const admin_api::ResourceRow& resource) {
  return "Resource: " + resource.name + "\nURI: " + resource.uri + "\n" + line_if("MIME Type: ", resource.mime_type) +
         line_if("Description: ", resource.description) + "Status: " + std::string(state_text(resource.enabled)) + "\n";
}

Result<std::string> prompt_text(std::string_view name, std::string_view answer) {
  auto json = parse_json(answer, Trailing::kIgnore);
  if (!json) return json.error();
  const Json* messages = json->find("messages");
  if (!messages) return Error{ErrorCode::kInvalidArgument, "the answer has no 'messages'", {}};
  std::string out = "Prompt: " + std::string(name) + "\n";
  out += line_if("Description: ", json->text_of("description"));
  out += "\nGenerated Messages:\n" + std::string(kMessagesRule, '=') + "\n";
  for (std::size_t i = 0; i < messages->items.size(); ++i) {
    const Json& message = messages->items[i];
    const Json* content = message.find("content");
    out += "\nMessage " + std::to_string(i + 1) + " (" + std::string(message.text_of("role")) + "):\n";
    out += std::string(kMessageRule, '-') + "\nContent: " + pretty(content ? *content : Json()) + "\n";
  }
  return out;
}

std::string registered_text(const admin_api::ServerView& server, const ServerContents& contents) {
  std::string out = "Server " + server.name + " registered successfully!\n";
  if (server.transport == "sse") {
    out +=
        "\nThis MCP server uses the SSE (Server-sent events) transport.\n"
        "So its tools will be accessible at the '/sse' endpoint\n"
        "WARNING: SSE is deprecated, consider migrating this MCP server to streamable http transport.\n";
  }
  if (!contents.tools.empty()) out += "\nThe following tools are now available from this server:\n";
  for (std::size_t i = 0; i < contents.tools.size(); ++i)
    out += numbered(i, contents.tools[i].name) + ": " + contents.tools[i].description + "\n\n";
  if (!contents.prompts.empty()) out += "\nThe following prompts are now available from this server:\n";
  for (std::size_t i = 0; i < contents.prompts.size(); ++i) {
    const admin_api::PromptRow& prompt = contents.prompts[i];
    out += numbered(i, prompt.name) + "\n" + line_if("   ", prompt.description) + "\n";
  }
  if (!contents.resources.empty()) out += "\nThe following resources are now available from this server:\n";
  for (std::size_t i = 0; i < contents.resources.size(); ++i) {
    const admin_api::ResourceRow& resource = contents.resources[i];
    out += numbered(i, resource.name) + "\n   URI: " + resource.uri + "\n";
  }
  if (contents.tools.empty() && contents.prompts.empty() && contents.resources.empty()) {
    out += "\nThis server does not provide any tools, prompts or resources.\n";
  }
  return out;
}

admin_api::RegisterInput with_masked_secrets(admin_api::RegisterInput input) {
  const auto mask = [](Secret& secret) {
    if (!secret.empty()) secret = Secret(std::string(kMask));
  };
  mask(input.bearer_token);
  mask(input.oauth_client_secret);
  mask(input.oauth_client_private_key);
  input.url = catalog::masked_url(input.url);
  for (auto& [name, value] : input.headers)
    mask(value);
  for (auto& [name, value] : input.env)
    mask(value);
  return input;
}

std::string authorized_text(std::string_view server) {
  return "Server " + std::string(server) + " authorized successfully!\n";
}

std::string refreshed_text(const admin_api::RefreshedServer& refreshed) {
  const std::string changes = difference_text("Tools", refreshed.tools) +
                              difference_text("Prompts", refreshed.prompts) +
                              difference_text("Resources", refreshed.resources) +
                              difference_text("Resource templates", refreshed.resource_templates);
  const std::string name = "Server " + refreshed.name;
  return changes.empty() ? name + " offers the same as before.\n" : name + " was listed anew.\n" + changes;
}

std::string deregistered_text(std::string_view server) {
  return "Successfully deregistered MCP server " + std::string(server) +
         "\nAny tools, prompts or resources provided by this server have also been deregistered.\n";
}

std::string switched_text(std::string_view kind, Switch state, const std::vector<std::string>& names) {
  const std::string what = "MCP " + std::string(kind);
  if (names.size() == 1) return what + " '" + names.front() + "' " + past_tense(state) + " successfully!\n";
  std::string out = "Following " + what + "s have been " + past_tense(state) + " successfully:\n";
  for (const std::string& name : names)
    out += "- " + name + "\n";
  return out;
}

std::string switched_server_text(std::string_view server, Switch state, const admin_api::ServerStateChange& change) {
  std::string out = "MCP server '" + std::string(server) + "' " + past_tense(state) + " successfully!\n";
  out += switched_list("tool", state, change.tools_affected);
  out += switched_list("prompt", state, change.prompts_affected);
  return out + "\n";
}

std::string version_text(std::string_view cli_version, std::string_view server_version, std::string_view server_url) {
  std::string out = std::string(app::banner()) + "\nCLI Version: " + std::string(cli_version) + "\n";
  out += server_version.empty() ? "Couldn't retrieve Server version at this time\n"
                                : "Server Version: " + std::string(server_version) + "\n";
  return out + "Server URL:  " + std::string(server_url) + "\n";
}

std::string version_json(std::string_view cli_version, std::string_view server_version, std::string_view server_url) {
  admin_api::ObjectWriter out;
  out.text("cli_version", cli_version);
  server_version.empty() ? out.null("server_version") : out.text("server_version", server_version);
  return out.text("server_url", server_url).take();
}

Result<std::string> pretty_json(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  return pretty(*value) + "\n";
}

}  // namespace jungle::cli

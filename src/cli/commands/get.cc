// `mcpjungle get prompt|resource`.
#include "admin_api/catalog_rows.h"
#include "cli/commands/commands.h"
#include "cli/content_output.h"
#include "cli/key_value.h"
#include "cli/output.h"
#include "cli/save.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> print_json(World& world, const std::string& body, const std::string& failed) {
  auto json = pretty_json(body);
  if (!json) return with_context(json.error(), failed);
  world.console.print(*json);
  return {};
}

Result<void> get_prompt(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  admin_api::PromptRequest request{invocation.arguments.front(), {}};
  if (const auto given = invocation.flags.find("arg"); given != invocation.flags.end()) {
    for (const std::string& text : given->second) {
      if (auto added = add_key_values(text, request.arguments); !added) {
        return with_context(added.error(), "invalid argument \"" + text + "\" for \"--arg\" flag");
      }
    }
  }
  const std::string failed = "failed to get prompt";
  const auto body = world.admin.render_prompt(request);
  if (!body) return with_context(body.error(), failed);
  if (*format == OutputFormat::kJson) return print_json(world, *body, failed);
  const auto text = prompt_text(request.name, *body);
  if (!text) return with_context(text.error(), failed);
  world.console.print(*text);
  return {};
}

Result<void> read_resource(World& world, const std::string& uri, OutputFormat format) {
  const std::string failed = "failed to read resource";
  const auto body = world.admin.read_resource(uri);
  if (!body) return with_context(body.error(), failed);
  if (format == OutputFormat::kJson) return print_json(world, *body, failed);
  auto report = describe_resource_contents(*body, world.time.system_now());
  if (!report) return with_context(report.error(), failed);
  std::string name = uri;  // The resource's own name, if the registry still knows it.
  if (const auto row = world.admin.resource(uri)) {
    if (const auto resource = admin_api::parse_resource_row(*row)) name = resource->name;
  }
  report->text.insert(0, "Resource: " + name + "\nURI: " + uri + "\n\n");
  return save_and_print(world, *report);
}

Result<void> get_resource(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  const std::string& uri = invocation.arguments.front();
  if (invocation.is_on("read")) return read_resource(world, uri, *format);
  const std::string failed = "failed to get resource";
  const auto body = world.admin.resource(uri);
  if (!body) return with_context(body.error(), failed);
  if (*format == OutputFormat::kJson) return print_json(world, *body, failed);
  const auto resource = admin_api::parse_resource_row(*body);
  if (!resource) return with_context(resource.error(), failed);
  world.console.print(resource_text(*resource));
  return {};
}

Command prompt_command() {
  Command command;
  command.name = "prompt";
  command.summary = "Get a prompt, rendered with arguments";
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.examples =
      "  mcpjungle get prompt everything__simple-prompt\n"
      "  mcpjungle get prompt everything__args-prompt --arg city=Paris --arg state=Texas\n";
  command.flags = {{"arg", 0, "key=value", "An argument of the prompt; may be repeated", ""}, output_flag()};
  command.run = get_prompt;
  return command;
}

Command resource_command() {
  Command command;
  command.name = "resource";
  command.summary = "Get a resource, or read its contents";
  command.about =
      "Get a resource: what the registry knows of it or, with --read, its contents from the MCP server. Binary "
      "contents\n"
      "are saved in the working directory. 'mcpjungle list resources' shows the URIs.";
  command.argument_name = "URI";
  command.arguments = Arguments::kOne;
  command.examples =
      "  mcpjungle get resource mcpj://res/everything/ZGVtbzovL3Jlc291cmNlLzE\n"
      "  mcpjungle get resource mcpj://res/everything/ZGVtbzovL3Jlc291cmNlLzE --read\n";
  command.flags = {{"read", 0, "", "Read the contents", ""}, output_flag()};
  command.run = get_resource;
  return command;
}

}  // namespace

Command get_command() {
  Command command;
  command.name = "get";
  command.section = Section::kAdvanced;
  command.summary = "Get entities like Prompts and Resources";
  command.examples = "  mcpjungle get prompt everything__simple-prompt\n";
  command.children = {prompt_command(), resource_command()};
  return command;
}

}  // namespace jungle::cli

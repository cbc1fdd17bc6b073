// `mcpjungle invoke`: calls a tool.
#include "cli/commands/commands.h"
#include "cli/content_output.h"
#include "cli/output.h"
#include "cli/save.h"
#include "cli/spinner.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> run_invoke(World& world, const Invocation& invocation) {
  const auto format = output_format(invocation);
  if (!format) return format.error();
  const std::string& tool = invocation.arguments.front();
  const auto answer = [&] {
    const Spinner spinner(world.console, "calling " + tool);
    return world.admin.invoke(tool, invocation.text("input", "{}"));
  }();
  if (!answer) {
    const bool is_input = answer.error().message.starts_with("invalid input: ");
    return is_input ? answer.error() : with_context(answer.error(), "failed to invoke tool");
  }
  if (*format == OutputFormat::kJson) {
    auto json = pretty_json(*answer);
    if (!json) return with_context(json.error(), "failed to invoke tool");
    world.console.print(*json);
    return {};
  }
  const auto report = describe_tool_result(*answer, world.time.system_now());
  if (!report) return report.error();
  return save_and_print(world, *report);
}

}  // namespace

Command invoke_command() {
  Command command;
  command.name = "invoke";
  command.summary = "Invoke a tool";
  command.about =
      "Invoke a tool and print what it returns. Images, audio and binary resources are saved in the working "
      "directory.\n"
      "A tool that reports an error was still invoked: the exit code is 0.";
  command.argument_name = "NAME";
  command.arguments = Arguments::kOne;
  command.examples =
      "  mcpjungle invoke everything__echo --input '{\"message\": \"hello\"}'\n"
      "  mcpjungle invoke everything__get-sum --input '{\"a\": 1, \"b\": 2}' -o json\n";
  command.flags = {{"input", 0, "string", "The tool's arguments: a JSON object", "{}"}, output_flag()};
  command.run = run_invoke;
  return command;
}

}  // namespace jungle::cli

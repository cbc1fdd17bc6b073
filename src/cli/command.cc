#include "cli/command.h"

#include <algorithm>

#include "cli/commands/commands.h"

namespace jungle::cli {

std::string Invocation::text(const std::string& flag, std::string_view otherwise) const {
  const auto it = flags.find(flag);
  return it == flags.end() || it->second.empty() ? std::string(otherwise) : it->second.back();
}

const Command* Command::find(std::string_view child) const {
  const auto it = std::find_if(children.begin(), children.end(), [&](const Command& c) { return c.name == child; });
  return it == children.end() ? nullptr : &*it;
}

Command command_tree() {
  Command root;
  root.name = "mcpjungle";
  root.summary = "MCP Gateway for AI Agents";
  root.children = {start_command(),      register_command(),   list_command(),      usage_command(),
                   invoke_command(),     deregister_command(), version_command(),   get_command(),
                   disable_command(),    enable_command(),     refresh_command(),   authorize_command(),
                   rotate_key_command(), unseal_command(),     completion_command()};
  return root;
}

Flag output_flag() { return {"output", 'o', "string", "Output format: text or json", "text"}; }

Result<OutputFormat> output_format(const Invocation& invocation) {
  const std::string format = invocation.text("output", "text");
  if (format == "text") return OutputFormat::kText;
  if (format == "json") return OutputFormat::kJson;
  return Error{ErrorCode::kInvalidArgument,
               "invalid argument \"" + format + "\" for \"-o, --output\" flag: must be 'text' or 'json'",
               {}};
}

}  // namespace jungle::cli

#include "cli/help.h"

#include <algorithm>

#include "cli/user_config.h"

namespace jungle::cli {
namespace {

constexpr std::size_t kCommandColumn = 12;  // "init-server" and a space.
constexpr std::string_view kExitCodes =
    "Exit codes:\n  0  success\n  1  any error; one line on standard error says which\n";

Flag registry_flag() {
  return {"registry", 0, "string", "Base URL of the MCPJungle registry server",
          "\"" + std::string(kDefaultRegistry) + "\""};
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string flag_head(const Flag& flag) {
  std::string head = flag.letter == 0 ? "      --" : std::string("  -") + flag.letter + ", --";
  head += flag.name;
  return flag.is_switch() ? head : head + " " + flag.value_name;
}

std::string flags_text(std::vector<Flag> flags) {
  std::sort(flags.begin(), flags.end(), [](const Flag& a, const Flag& b) { return a.name < b.name; });
  std::size_t width = 0;
  for (const Flag& flag : flags)
    width = std::max(width, flag_head(flag).size() + 3);
  std::string out;
  for (const Flag& flag : flags) {
    out += padded(flag_head(flag), width) + flag.help;
    if (!flag.default_text.empty()) out += " (default " + flag.default_text + ")";
    out += "\n";
  }
  return out;
}

std::string commands_text(const Command& parent, const Section* section) {
  std::string out;
  for (const Command& child : parent.children) {
    if (!section || child.section == *section) out += "  " + padded(child.name, kCommandColumn) + child.summary + "\n";
  }
  return out;
}

std::string root_help(const Command& root, CommandPath path) {
  constexpr Section kBasic = Section::kBasic;
  constexpr Section kAdvanced = Section::kAdvanced;
  return root.summary + "\n\nUsage:\n  mcpjungle [flags]\n\nBasic Commands:\n" + commands_text(root, &kBasic) +
         "\nAdvanced Commands:\n" + commands_text(root, &kAdvanced) + "\nFlags:\n" + flags_text(flags_of(path)) +
         "Use \"mcpjungle [command] --help\" for more information about a command.\n";
}

}  // namespace

std::string path_text(CommandPath path) {
  std::string text;
  for (const Command* command : path)
    text += (text.empty() ? "" : " ") + command->name;
  return text;
}

std::vector<Flag> flags_of(CommandPath path) {
  std::vector<Flag> flags = path.back()->flags;
  flags.push_back({"help", 'h', "", "help for " + path.back()->name, ""});
  if (path.size() == 1) {
    flags.push_back(registry_flag());
    flags.push_back({"version", 'v', "", "Display version information", ""});
  }
  return flags;
}

std::string usage_help(CommandPath path) {
  const Command& command = *path.back();
  const std::string words = path_text(path);
  std::string out = "Usage:\n";
  if (command.run) {
    out += "  " + words + (command.argument_name.empty() ? "" : " " + command.argument_name) + " [flags]\n";
  }
  if (!command.children.empty()) out += "  " + words + " [command]\n";
  if (!command.examples.empty()) out += "\nExamples:\n" + command.examples;
  if (!command.children.empty()) out += "\nAvailable Commands:\n" + commands_text(command, nullptr);
  out += "\nFlags:\n" + flags_text(flags_of(path));
  if (path.size() > 1) out += "\nGlobal Flags:\n" + flags_text({registry_flag()});
  return out;
}

std::string help_text(CommandPath path) {
  const Command& command = *path.back();
  if (path.size() == 1) return root_help(command, path);
  const std::string& about = command.about.empty() ? command.summary : command.about;
  return about + "\n\n" + usage_help(path) + "\n" + std::string(kExitCodes);
}

}  // namespace jungle::cli

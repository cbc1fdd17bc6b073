#include "cli/command_line.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

#include "admin_api/register_input.h"
#include "app/version.h"
#include "base/text.h"
#include "cli/admin_client.h"
#include "cli/config_file.h"
#include "cli/help.h"
#include "cli/user_config.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

// A command with its CLI11 counterpart.
struct Node {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::vector<std::pair<Flag, CLI::Option*>> options;
  std::vector<Node> children;
};

Node make_node(CLI::App& app, std::vector<const Command*> path) {
  Node node{path.back(), &app, {}, {}};
  app.set_help_flag();
  app.allow_extras();
  app.require_subcommand(0, 1);  // Else the name of a server could be taken for one more command.
  std::vector<Flag> flags = flags_of(path);
  if (path.size() > 1) flags.push_back({"registry", 0, "string", "", ""});
  for (const Flag& flag : flags) {
    std::string names = "--" + flag.name;
    if (flag.letter != 0) names += std::string(",-") + flag.letter;
    CLI::Option* option = flag.is_switch() ? app.add_flag(names) : app.add_option(names);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    option->allow_extra_args(false);
    node.options.emplace_back(flag, option);
  }
  for (const Command& child : path.back()->children) {
    std::vector<const Command*> child_path = path;
    child_path.push_back(&child);
    node.children.push_back(make_node(*app.add_subcommand(child.name), std::move(child_path)));
  }
  return node;
}

// The nodes that were named, root first.
std::vector<const Node*> chosen_nodes(const Node& root) {
  std::vector<const Node*> path{&root};
  for (;;) {
    const auto& children = path.back()->children;
    const auto it = std::find_if(children.begin(), children.end(), [](const Node& n) { return n.app->parsed(); });
    if (it == children.end()) return path;
    path.push_back(&*it);
  }
}

std::vector<const Command*> commands_of(const std::vector<const Node*>& nodes) {
  std::vector<const Command*> commands;
  for (const Node* node : nodes)
    commands.push_back(node->command);
  return commands;
}

bool takes_value(const Node& node, std::string_view name) {
  const bool own = std::any_of(node.options.begin(), node.options.end(),
                               [&](const auto& o) { return o.first.name == name && !o.first.is_switch(); });
  return own || std::any_of(node.children.begin(), node.children.end(),
                            [&](const Node& child) { return takes_value(child, name); });
}

// CLI11 reads `--name=` as a flag whose value follows; here it is a flag with an empty value.
std::vector<std::string> with_empty_values(const Node& root, const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const bool is_empty = word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1;
    if (is_empty && takes_value(root, std::string_view(word).substr(2, word.size() - 3))) {
      out.push_back(word.substr(0, word.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(word);
    }
  }
  return out;
}

std::string unknown_flag(const std::string& word, const Node& node) {
  if (!word.starts_with("--")) return std::string("unknown shorthand flag: '") + word[1] + "' in " + word;
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const auto& [flag, option] : node.options)
    known.push_back("--" + flag.name);
  return "unknown flag: " + name + did_you_mean(name, known);
}

// The switches' values as "true" or "false"; the rest as typed. A bad switch is a mistake.
Result<void> read_options(const Node& node, ParsedLine& line) {
  for (const auto& [flag, option] : node.options) {
    std::vector<std::string> values = option->results();
    if (values.empty()) continue;
    for (std::string& value : values) {
      if (!flag.is_switch()) continue;
      const auto is_on = admin_api::parse_switch(flag.name, value);
      if (!is_on) {
        return Error{ErrorCode::kInvalidArgument,
                     "invalid argument \"" + value + "\" for \"--" + flag.name +
                         "\" flag: strconv.ParseBool: parsing \"" + value + "\": invalid syntax",
                     {}};
      }
      value = *is_on ? "true" : "false";
    }
    if (flag.name == "registry") line.registry = values.back();
    if (flag.name == "help") line.wants_help = values.back() == "true";
    if (flag.name == "version") line.wants_version = values.back() == "true";
    line.invocation.flags[flag.name] = std::move(values);
  }
  return {};
}

// Reads what was typed for each node. A word that stands before the name of a command, as in `foo list` and `help
// list`, ends the path: what follows are arguments.
Result<void> read_nodes(const std::vector<const Node*>& nodes, ParsedLine& line) {
  Invocation& invocation = line.invocation;
  for (const Node* node : nodes) {
    if (invocation.arguments.empty()) {
      line.path.push_back(node->command);
    } else {
      invocation.arguments.push_back(node->command->name);
    }
    for (const std::string& word : node->app->remaining()) {
      if (word.size() > 1 && word.front() == '-') {
        return Error{ErrorCode::kInvalidArgument, unknown_flag(word, *node), {}};
      }
      invocation.arguments.push_back(word);
    }
    if (auto read = read_options(*node, line); !read) return read;
  }
  return {};
}

// CLI11 says `--input: 1 required TEXT missing`.
std::string missing_value(const std::string& text) {
  return "flag needs an argument: " + text.substr(0, text.find(':'));
}

}  // namespace

ParsedLine parse_line(const Command& root, const std::vector<std::string>& words, FlagMistake& mistake) {
  CLI::App app;
  const Node tree = make_node(app, {&root});
  // What follows `--` is never a flag, and CLI11 need not see it.
  const auto end = std::find(words.begin(), words.end(), "--");
  std::vector<std::string> flags = with_empty_values(tree, {words.begin(), end});
  std::reverse(flags.begin(), flags.end());
  ParsedLine line;
  std::string fault;
  try {
    app.parse(flags);
  } catch (const CLI::ArgumentMismatch& e) {
    fault = missing_value(e.what());
  } catch (const CLI::Error& e) {
    fault = e.what();
  }
  const std::vector<const Node*> nodes = chosen_nodes(tree);
  if (fault.empty()) {
    if (auto read = read_nodes(nodes, line); !read) fault = read.error().message;
  }
  if (!fault.empty()) {
    mistake = {fault, commands_of(nodes)};
    return {};
  }
  if (end != words.end()) line.invocation.arguments.insert(line.invocation.arguments.end(), end + 1, words.end());
  return line;
}

namespace {

ExitCode fail(Console& console, std::string_view message) {
  console.note(message);
  return ExitCode::kFailure;
}

std::vector<std::string> names_of(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands)
    names.push_back(command.name);
  return names;
}

std::string unknown_command(const ParsedLine& line) {
  const std::string& word = line.invocation.arguments.front();
  return "unknown command \"" + word + "\" for \"" + path_text(line.path) + "\"" +
         did_you_mean(word, names_of(line.path.back()->children));
}

// Everything that is answered without running a command. Nothing if the command should run.
std::optional<ExitCode> answer_at_once(const Command& root, const ParsedLine& line, Console& console) {
  const Command& command = *line.path.back();
  const std::vector<std::string>& arguments = line.invocation.arguments;
  if (line.path.size() == 1 && !arguments.empty() && arguments.front() == "help") {
    std::vector<const Command*> path{&root};
    for (std::size_t i = 1; i < arguments.size() && path.back()->find(arguments[i]); ++i)
      path.push_back(path.back()->find(arguments[i]));
    console.print(help_text(path));
    return ExitCode::kOk;
  }
  if (line.wants_version) {
    console.print(std::string(app::banner()) + "\nMCPJungle " + std::string(app::version()) + "\n");
    return ExitCode::kOk;
  }
  if (line.wants_help) {
    console.print(help_text(line.path));
    return ExitCode::kOk;
  }
  if (line.path.size() == 1 && !arguments.empty()) return fail(console, unknown_command(line));
  if (command.arguments == Arguments::kOne && arguments.size() != 1) {
    return fail(console, "accepts 1 arg(s), received " + std::to_string(arguments.size()));
  }
  if (command.run && (command.arguments != Arguments::kOneOrHelp || arguments.size() == 1)) return std::nullopt;
  if (!command.run && !arguments.empty()) console.note(unknown_command(line));
  console.print(help_text(line.path));
  return ExitCode::kOk;  // As MCPJungle has it, also for an unknown word.
}

UserConfig load_user_config(const Process& process) {
  if (process.home.empty()) return {};
  const auto text = read_config_file(std::filesystem::path(process.home) / kUserConfigName);
  return text ? parse_user_config(*text) : UserConfig{};
}

}  // namespace

ExitCode run_line(const std::vector<std::string>& words, const Process& process) {
  const Command root = command_tree();
  FlagMistake mistake;
  const ParsedLine line = parse_line(root, words, mistake);
  if (line.path.empty()) {
    process.console.note(mistake.message);
    process.console.note(usage_help(mistake.path));
    return ExitCode::kFailure;
  }
  if (const auto code = answer_at_once(root, line, process.console)) return *code;

  const UserConfig config = load_user_config(process);
  if (!line.registry.empty() && config.registry_url.empty()) {
    const std::string path = (std::filesystem::path(process.home) / kUserConfigName).string();
    process.console.note("TIP: You can set `registry_url: " + line.registry + "` in " + path +
                         " to avoid setting the --registry flag every time.\n");
  }
  AdminClient admin(process.exchange, registry_url(line.registry, config), config.access_token);
  World world{process.console,   admin,         process.time,         process.environment,
              process.directory, process.serve, process.open_approval};
  const Result<void> done = line.path.back()->run(world, line.invocation);
  return done ? ExitCode::kOk : fail(process.console, done.error().message);
}

}  // namespace jungle::cli

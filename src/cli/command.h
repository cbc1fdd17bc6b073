// What a command is: its words, its flags, and what it does.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/exit_code.h"

namespace jungle::cli {

struct World;

// One flag of a command. A flag without `value_name` is a switch.
struct Flag {
  std::string name;  // Without dashes.
  char letter = 0;   // The short form, or 0.
  std::string value_name;
  std::string help;
  std::string default_text;  // What help shows; empty for none.

  bool is_switch() const { return value_name.empty(); }
};

// What was typed for one command: checked against its flags, values not yet interpreted.
struct Invocation {
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>> flags;  // By name; switches hold "true" or "false".

  bool has(const std::string& flag) const { return flags.count(flag) != 0; }
  // The last value of `flag`, or `otherwise`.
  std::string text(const std::string& flag, std::string_view otherwise = "") const;
  bool is_on(const std::string& flag) const { return text(flag) == "true"; }
};

enum class Arguments : std::uint8_t {
  kIgnored,    // None are needed; what is there anyway is ignored, as MCPJungle does.
  kOne,        // Exactly one.
  kOneOrHelp,  // One; anything else prints the command's help.
};

// Where the root's help lists a command.
enum class Section : std::uint8_t { kBasic, kAdvanced };

// What a command does. A failure's message is printed as one line on standard error, and the exit code is kFailure.
using Run = Result<void> (*)(World& world, const Invocation& invocation);

// A node of the command tree. A value; the tree is built once, by command_tree().
struct Command {
  std::string name;
  Section section = Section::kBasic;
  std::string summary;        // One line, for the parent's help.
  std::string about;          // What help says first; the summary if empty.
  std::string argument_name;  // "NAME", for the usage line.
  Arguments arguments = Arguments::kIgnored;
  std::string examples;  // Lines, indented by two spaces.
  std::vector<Flag> flags;
  std::vector<Command> children;
  Run run = nullptr;  // Null: help is printed.

  const Command* find(std::string_view child) const;
};

// The whole tree, rooted in `mcpjungle`.
Command command_tree();

// -o json|text, on every command that reads.
Flag output_flag();
enum class OutputFormat : std::uint8_t { kText, kJson };
// Errors: kInvalidArgument `invalid argument "xml" for "-o, --output" flag: must be 'text' or 'json'`.
Result<OutputFormat> output_format(const Invocation& invocation);

}  // namespace jungle::cli

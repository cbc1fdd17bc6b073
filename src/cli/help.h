// Help texts, rendered from the command tree.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"

namespace jungle::cli {

// From the root to the command that is meant; never empty. Borrowed from the tree.
using CommandPath = std::span<const Command* const>;

// "mcpjungle list tools".
std::string path_text(CommandPath path);
// Everything that `--help` says.
std::string help_text(CommandPath path);
// The part that follows a mistyped flag: usage, examples and flags.
std::string usage_help(CommandPath path);

// Flags that every command has: --help, and --registry from the root; the root also has --version.
std::vector<Flag> flags_of(CommandPath path);

}  // namespace jungle::cli

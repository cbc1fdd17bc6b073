// Shell completion scripts, generated from the command tree.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"

namespace jungle::cli {

// A script that completes commands and flags, for "bash", "zsh" or "fish".
// Errors: kInvalidArgument for another shell.
Result<std::string> completion_script(std::string_view shell, const Command& root);

}  // namespace jungle::cli

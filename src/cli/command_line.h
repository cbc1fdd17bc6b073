// From the words of a command line to a command that has run.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/http_exchange.h"
#include "cli/oauth/approval.h"

namespace jungle::cli {

// What was typed. Borrows from the tree.
struct ParsedLine {
  std::vector<const Command*> path;  // From the root.
  Invocation invocation;
  std::string registry;  // The --registry flag; empty if not given.
  bool wants_help = false;
  bool wants_version = false;
};

// A mistake in a flag: the message, and the command whose usage explains it.
struct FlagMistake {
  std::string message;
  std::vector<const Command*> path;
};

// `words` without the program's name. A mistake fills `mistake` and gives an empty path.
// Unknown flags: `unknown flag: --foo; did you mean '--force'?`. Unknown words stay in `invocation.arguments`.
ParsedLine parse_line(const Command& root, const std::vector<std::string>& words, FlagMistake& mistake);

// What main() hands over. Everything outlives run_line().
struct Process {
  Console& console;
  HttpExchange& exchange;
  Time& time;
  const app::Environment& environment;
  std::filesystem::path directory;  // The working directory.
  std::string home;                 // Where .mcpjungle.conf lives; empty if unknown.
  std::function<Result<void>(const app::Config&)> serve;
  OpenApproval open_approval;
};

// Parses `words`, runs the command, prints what went wrong.
ExitCode run_line(const std::vector<std::string>& words, const Process& process);

}  // namespace jungle::cli

// How the program ends.
#pragma once

#include <cstdint>

namespace jungle::cli {

// The exit status of every command. One code for all failures, as MCPJungle has it: the message on standard error says
// which. A tool that reports an error (`isError`) was still invoked: kOk.
enum class ExitCode : std::uint8_t {
  kOk = 0,
  kFailure = 1,
};

}  // namespace jungle::cli

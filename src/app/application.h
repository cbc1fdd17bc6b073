// The program, assembled.
#pragma once

#include <string>
#include <string_view>

#include "app/config.h"
#include "app/dotenv.h"
#include "base/result.h"
#include "telemetry/log.h"

namespace jungle::app {

// If the program was started under the name of one of its own helpers, is that helper and ends the process. main()
// calls it before it does anything else.
void become_helper(std::string_view program_name);

// Serves until SIGINT or SIGTERM, then shuts down in order. Blocks; call it from main's thread, which becomes the
// control thread: it owns the catalog and starts the child processes. `environment` is what child processes may inherit
// from.
//
// Fails before anything is served: database, mode of the database, address in use. The message is for standard error.
Result<void> run(const Config& config, const Environment& environment, const std::string& version, telemetry::Log& log);

}  // namespace jungle::app

// The program, assembled.
#pragma once

#include <string>

#include "app/config.h"
#include "app/dotenv.h"
#include "base/result.h"
#include "telemetry/log.h"

namespace jungle::app {

// Serves until SIGINT or SIGTERM, then shuts down in order. Blocks; call it from main's thread, which becomes the
// control thread: it owns the catalog and starts the child processes. `environment` is what child processes may inherit
// from.
//
// Fails before anything is served: database, mode of the database, address in use. The message is for standard error.
Result<void> run(const Config& config, const Environment& environment, const std::string& version, telemetry::Log& log);

}  // namespace jungle::app

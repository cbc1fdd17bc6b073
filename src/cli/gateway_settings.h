// The settings of the gateway, for the commands that use them without asking a gateway.
#pragma once

#include "app/config.h"
#include "cli/command.h"
#include "cli/world.h"

namespace jungle::cli {

// The environment with .env below it. A file that is not there is ignored; one that cannot be read too, but not
// silently.
app::Environment gateway_environment(World& world);

// Files as configuration sees them; relative paths mean the working directory.
app::FileAccess file_access(const World& world);

// What the gateway would use as its database and its keys: --sqlite-db-path and the environment. Errors: those of
// app::config_from().
Result<app::Config> database_settings(World& world, const Invocation& invocation);

}  // namespace jungle::cli

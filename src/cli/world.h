// What commands may touch.
#pragma once

#include <filesystem>
#include <functional>

#include "app/config.h"
#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/console.h"
#include "cli/oauth/approval.h"

namespace jungle::cli {

// Everything outside the program that a command may need; real in main(), fakes and a temporary folder in tests.
struct World {
  Console& console;
  AdminClient& admin;
  Time& time;
  const app::Environment& environment;
  std::filesystem::path directory;  // The working directory: config files are read and contents saved here.
  // Runs the gateway until it is told to stop.
  std::function<Result<void>(const app::Config&)> serve;
  OpenApproval open_approval;
};

}  // namespace jungle::cli

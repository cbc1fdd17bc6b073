#include "cli/gateway_settings.h"

#include <filesystem>

#include "cli/config_file.h"

namespace jungle::cli {

app::Environment gateway_environment(World& world) {
  const auto text = read_config_file(world.directory / ".env");
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound)
      world.console.note("warning: .env is ignored: " + text.error().message);
    return world.environment;
  }
  auto merged = app::with_dotenv(world.environment, *text);
  if (merged) return *merged;
  world.console.note("warning: .env is ignored: " + merged.error().message);
  return world.environment;
}

app::FileAccess file_access(const World& world) {
  return {[&world](const std::string& path) {
            std::error_code ec;
            return std::filesystem::exists(world.directory / path, ec);
          },
          [&world](const std::string& path) { return read_config_file(world.directory / path); }};
}

Result<app::Config> database_settings(World& world, const Invocation& invocation) {
  app::StartFlags flags;
  flags.sqlite_db_path = invocation.text("sqlite-db-path");
  auto config = app::database_config_from(flags, gateway_environment(world), file_access(world));
  if (!config) return config;
  for (const std::string& warning : config->warnings)
    world.console.note(warning);
  config->sqlite_path = (world.directory / config->sqlite_path).string();
  return config;
}

}  // namespace jungle::cli

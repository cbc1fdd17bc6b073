#include "app/rekey.h"

#include <filesystem>
#include <memory>

#include "base/random.h"
#include "store/database.h"
#include "telemetry/log.h"

namespace jungle::app {
namespace {

Result<std::unique_ptr<store::Database>> open_existing(const Config& config) {
  std::error_code ec;
  if (!std::filesystem::exists(config.sqlite_path, ec))
    return Error{ErrorCode::kNotFound,
                 "there is no database file " + config.sqlite_path +
                     ": run this where the gateway runs, or name the file with --sqlite-db-path",
                 {}};
  telemetry::NullLog log;  // What it would say is for the gateway's next start.
  return store::Database::open(config.sqlite_path, log);
}

}  // namespace

Result<store::Rotation> rotate_key(const Config& config) {
  auto database = open_existing(config);
  if (!database) return database.error();
  SystemRandom random;
  return store::rotate_key(**database, config.encryption_key, random);
}

Result<std::size_t> unseal(const Config& config) {
  auto database = open_existing(config);
  if (!database) return database.error();
  SystemRandom random;
  return store::unseal(**database, config.encryption_key, random);
}

}  // namespace jungle::app

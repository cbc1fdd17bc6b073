// The mode that a database was initialized in.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "store/database.h"

namespace jungle::store {

enum class ServerMode : std::uint8_t { kDevelopment, kEnterprise };
std::string_view text_of(ServerMode mode);

// Table server_configs: the mode is written once and decides for good. Callable from any executor; `database` and
// `time` outlive it.
class ModeStore {
 public:
  ModeStore(Database& database, Time& time) : database_(database), time_(time) {}

  enum class State : std::uint8_t { kInitialized, kUninitialized };
  // Checks that this database may be served in `mode`. A new one is initialized at once for development, without a
  // word, and stays uninitialized for enterprise. kConflict: "server is already initialized in enterprise mode, cannot
  // start in development mode", or the reverse.
  Task<Result<State>> start(ServerMode mode);

 private:
  Database& database_;
  Time& time_;
};

}  // namespace jungle::store

#include "store/mode_store.h"

#include <string>

#include <soci/soci.h>

#include "store/stored_time.h"

namespace jungle::store {

std::string_view text_of(ServerMode mode) { return mode == ServerMode::kEnterprise ? "enterprise" : "development"; }

Task<Result<ModeStore::State>> ModeStore::start(ServerMode mode) {
  const std::string now = stored_time(time_.system_now());
  const std::string wanted(text_of(mode));
  auto work = [&](soci::session& session) -> Result<State> {
    long long id = 0;
    std::string stored;
    int initialized = 0;
    session << "SELECT id, mode, COALESCE(initialized, 0) FROM server_configs WHERE deleted_at IS NULL ORDER BY id "
               "LIMIT 1",
        soci::into(id), soci::into(stored), soci::into(initialized);
    const bool is_stored = session.got_data();
    if (is_stored && initialized != 0) {
      // The word of older MCPJungles.
      if (stored == "production") stored = text_of(ServerMode::kEnterprise);
      if (stored == wanted) return State::kInitialized;
      return Error{ErrorCode::kConflict,
                   "server is already initialized in " + stored + " mode, cannot start in " + wanted + " mode",
                   {}};
    }
    if (mode == ServerMode::kEnterprise) return State::kUninitialized;
    if (is_stored) {
      session << "UPDATE server_configs SET mode = :mode, initialized = 1, updated_at = :now WHERE id = :id",
          soci::use(wanted), soci::use(now), soci::use(id);
    } else {
      session << "INSERT INTO server_configs (created_at, updated_at, mode, initialized) VALUES (:now, :now, :mode, 1)",
          soci::use(now), soci::use(wanted);
    }
    return State::kInitialized;
  };
  co_return co_await database_.write(work);
}

}  // namespace jungle::store

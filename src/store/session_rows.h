// The table upstream_o_auth_pending_sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "oauth/pending_session.h"
#include "store/sealer.h"

namespace soci {
class session;
}

namespace jungle::store {

// Called within a transaction on the database's thread; SOCI's exceptions pass.
class SessionRows {
 public:
  SessionRows(soci::session& session, const Sealer& sealer) : session_(session), sealer_(sealer) {}

  // Rows of MCPJungle are passed over: they lack what a response is checked against, and live ten minutes.
  // kInvalidArgument, kNotFound: the row cannot be read, and why.
  Result<std::optional<oauth::PendingSession>> find(const std::string& id);
  // Removes every other one of the same server.
  void store(const oauth::PendingSession& pending, SystemTime now);
  void remove(const std::string& id);
  // Those that ended before `end`, and those that do not say when.
  std::int64_t sweep(SystemTime end);

 private:
  soci::session& session_;
  const Sealer& sealer_;
};

}  // namespace jungle::store

// The table upstream_o_auth_tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "oauth/repository.h"
#include "store/sealer.h"

namespace soci {
class session;
}

namespace jungle::store {

// One row, as oauth::Repository speaks of it.
struct GrantRow {
  oauth::Grant grant;
  std::string refresh_holder;  // Whose turn to refresh it is; empty: nobody's.
  SystemTime refresh_until;
};

// Called within a transaction on the database's thread; SOCI's exceptions pass.
class GrantRows {
 public:
  GrantRows(soci::session& session, const Sealer& sealer) : session_(session), sealer_(sealer) {}

  oauth::Repository::LoadedGrants load();
  // kInvalidArgument, kNotFound: the row cannot be read, and why.
  Result<std::optional<GrantRow>> find(const std::string& server);
  // In the place of the row of that server, with the next generation. Nobody's turn is left.
  oauth::Grant store(oauth::Grant grant, SystemTime now);
  static void remove(soci::session& session, const std::string& server);
  void store_turn(const std::string& server, const std::string& holder, const std::string& until);

 private:
  std::int64_t next_generation(const std::string& server, SystemTime now);

  soci::session& session_;
  const Sealer& sealer_;
};

}  // namespace jungle::store

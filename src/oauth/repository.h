// What of OAuth outlives the process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/ids.h"
#include "oauth/grant.h"
#include "oauth/pending_session.h"
#include "oauth/registered_client.h"

namespace jungle::oauth {

// What became of the wish to refresh a grant. The right to do so is one per grant, for all processes on one database:
// some servers revoke everything when a refresh token is used twice.
struct RefreshTurn {
  enum class Kind : std::uint8_t {
    kOurs,     // Refresh `grant`, then finish_refresh() or abandon_refresh().
    kTaken,    // Another process is at it; look again, at `taken_until` at the latest.
    kChanged,  // It was replaced meanwhile: use `grant`.
    kGone,     // There is none any more.
  };
  Kind kind = Kind::kGone;
  std::optional<Grant> grant;  // kOurs and kChanged: as stored.
  SystemTime taken_until;      // kTaken.
};

// Stores grants, client registrations and pending sessions. Implemented by store (SQLite) and by
// testing/memory_repository.h; one contract suite runs on both. Callable from any executor; implementations do their
// blocking work elsewhere. Every write is one transaction.
//
// Errors: those of the database. What is not there is no error.
class Repository {
 public:
  virtual ~Repository() = default;

  // Grants, one per server. Deregistering a server removes its grant in the same transaction (CatalogRepository).
  struct LoadedGrants {
    std::vector<Grant> grants;
    std::vector<std::string> warnings;  // Rows that cannot be read, and why.
  };
  virtual Task<Result<LoadedGrants>> load_grants() = 0;
  virtual Task<Result<std::optional<Grant>>> find_grant(catalog::ServerName server) = 0;
  // In the place of the one of that server, whatever its generation: a new authorization beats a refresh that is under
  // way. Returns it with its generation.
  virtual Task<Result<Grant>> store_grant(Grant grant) = 0;
  virtual Task<Result<void>> remove_grant(catalog::ServerName server) = 0;
  // Sets state, state_reason and missing_scopes, if the stored generation is that of `grant`. Returns what is stored
  // afterwards, changed by us or by another; nothing if there is none.
  virtual Task<Result<std::optional<Grant>>> store_state(Grant grant) = 0;

  // Asks for the right to refresh the grant that has `generation`, until `until` at most: a process that dies gives it
  // back by time. `holder` names the process; it may ask again for what it has.
  struct RefreshWish {
    catalog::ServerName server;
    std::int64_t generation = 0;
    std::string holder;
    SystemTime now;
    SystemTime until;
  };
  virtual Task<Result<RefreshTurn>> begin_refresh(RefreshWish wish) = 0;
  // Stores a refreshed grant and ends the turn. Returns it with its generation; nothing, and nothing is stored, if the
  // grant was replaced or removed meanwhile.
  virtual Task<Result<std::optional<Grant>>> finish_refresh(Grant grant, std::string holder) = 0;
  virtual Task<Result<void>> abandon_refresh(catalog::ServerName server, std::string holder) = 0;

  // Client registrations, one per issuer and redirect URI.
  virtual Task<Result<std::optional<RegisteredClient>>> find_client(Issuer issuer, std::string redirect_uri) = 0;
  virtual Task<Result<void>> store_client(RegisteredClient client) = 0;
  // Forgets what the server of `issuer` forgot, or never knew.
  virtual Task<Result<void>> remove_client(Issuer issuer, std::string client_id) = 0;

  // Pending sessions. store_session() removes every other one of the same server name.
  virtual Task<Result<void>> store_session(PendingSession session) = 0;
  // Also one whose time is over.
  virtual Task<Result<std::optional<PendingSession>>> find_session(std::string id) = 0;
  virtual Task<Result<void>> remove_session(std::string id) = 0;
  // Removes those that ended before `now`; returns how many.
  virtual Task<Result<std::int64_t>> sweep_sessions(SystemTime now) = 0;
};

}  // namespace jungle::oauth

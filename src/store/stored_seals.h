// What a database file says about its own seals, and changing all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/key_ring.h"
#include "store/database.h"
#include "store/sealer.h"

namespace jungle::store {

// Those with a session run within a transaction; SOCI's exceptions pass.

// The row of table `sealing`: which key seals, for every process that has the file open.
struct SealRecord {
  std::string key_id;
  bool is_scrubbed = false;  // Nothing that was overwritten is left in the file.
};
std::optional<SealRecord> load_record(soci::session& session);
void store_record(soci::session& session, const SealRecord& record);
void remove_record(soci::session& session);

// What seal_all() did.
struct Sealed {
  std::size_t from_clear = 0;
  std::size_t from_older_keys = 0;
  std::vector<std::string> unreadable;  // Why some stayed as they were: tampered with, or moved from another row.

  bool changed() const { return from_clear + from_older_keys > 0; }
};
// Seals under the current key what is in clear or under another one, and checks that all others open. kNotFound: there
// is one under a key that `sealer` lacks.
Result<Sealed> seal_all(soci::session& session, const Sealer& sealer);

// Makes the record say that the first of `keys` seals, after seal_all().
void record_seals(soci::session& session, const crypto::KeyRing& keys, const Sealed& sealed);

// The reverse: puts every secret back in clear; returns how many. Any error of Sealer::open(): nothing may be kept.
Result<std::size_t> unseal_all(soci::session& session, const Sealer& sealer);

// Rewrites the file if the record says that something overwritten is left in it. Blocks; outside of a transaction.
// kUnavailable: another program is reading; it stays due.
Result<void> scrub_if_due(Database& database);

}  // namespace jungle::store

// The secrets of a database, under its keys.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "store/database.h"
#include "store/master_keys.h"
#include "store/sealer.h"
#include "telemetry/log.h"

namespace jungle::store {

// The keys of one database. Table `sealing` names the one that seals, for all processes that have the file open: when
// another process replaces it, the next transaction here looks for the new one at the source.
//
// One per process, owned by app, destroyed after every repository. After open(), on the database's thread only.
class Sealing {
 public:
  // Reads the keys, or makes one; seals what is in clear (MCPJungle's rows) or under an older key, in one transaction;
  // then rewrites the file, so that no page of it remembers. Blocks: for the start of the process, before anything else
  // uses the database. `random` outlives it; `log` is not kept.
  //
  // kInvalidArgument, kUnavailable: a key is missing, malformed, weak or wrong. The message says what to do; the
  // file stays as it is.
  static Result<std::unique_ptr<Sealing>> open(Database& database, KeySource source, Random& random,
                                               telemetry::Log& log);

  // For the secrets of one transaction. kUnavailable: another process changed the key to one that the source lacks.
  Result<Sealer> sealer(soci::session& session);
  // Keys that live as long as those of the secrets do. REQUIRES: nothing uses the database yet.
  crypto::KeyRing keys_for(std::string_view purpose) const { return keys_->for_purpose(purpose); }

 private:
  Sealing(std::string database_path, KeySource source, Random& random)
      : database_path_(std::move(database_path)), source_(std::move(source)), random_(random) {}
  Result<void> unlock(soci::session& session, telemetry::Log& log);
  Result<void> reload(const std::string& key_id);

  const std::string database_path_;
  const KeySource source_;
  Random& random_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace jungle::store

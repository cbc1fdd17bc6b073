#include "store/sealing.h"

#include <utility>

#include <soci/soci.h>

#include "store/key_file.h"
#include "store/stored_seals.h"

namespace jungle::store {

Result<std::unique_ptr<Sealing>> Sealing::open(Database& database, KeySource source, Random& random,
                                               telemetry::Log& log) {
  std::unique_ptr<Sealing> sealing(new Sealing(database.path(), std::move(source), random));
  auto unlocked = database.write_blocking([&](soci::session& session) { return sealing->unlock(session, log); });
  if (!unlocked) return unlocked.error();
  if (auto scrubbed = scrub_if_due(database); !scrubbed)
    log.warn("secrets that were overwritten may still be found in the database file; the next start tries again",
             {{"why", scrubbed.error().message}, {"detail", scrubbed.error().detail}});
  return sealing;
}

Result<void> Sealing::unlock(soci::session& session, telemetry::Log& log) {
  const std::string key_file = key_file_of(database_path_);
  auto masters = load_master_keys(source_, key_file);
  if (!masters) return masters.error();
  const bool is_first = masters->empty();
  if (is_first) masters->push_back(crypto::make_master_key(random_));
  keys_ = std::make_shared<const crypto::KeyRing>(*masters);

  const auto sealed = seal_all(session, Sealer(keys_, random_));
  if (!sealed) return with_key_advice(sealed.error(), source_, database_path_);
  // Only now is it certain that no other key belongs here; and no secret is sealed under a key that is not on the disk.
  if (is_first) {
    if (auto written = write_key_file(key_file, *masters, database_path_); !written) return written;
    log.info("made a key for the secrets in the database: keep a copy of the file", {{"file", key_file}});
  } else if (!source_.is_given() && make_key_file_private(key_file)) {
    log.warn("the key file could be read by other users: `mcpjungle rotate-key` makes a new key", {{"file", key_file}});
  }
  record_seals(session, *keys_, *sealed);
  if (sealed->changed())
    log.info("sealed the secrets in the database",
             {{"from_clear_text", sealed->from_clear}, {"from_older_keys", sealed->from_older_keys}});
  for (const std::string& why : sealed->unreadable)
    log.warn("a secret in the database cannot be read: register its server again", {{"why", why}});
  return {};
}

Result<Sealer> Sealing::sealer(soci::session& session) {
  const auto record = load_record(session);
  const std::string key_id = record ? record->key_id : std::string();
  if (key_id != keys_->primary().id) {
    if (auto reloaded = reload(key_id); !reloaded) return reloaded.error();
  }
  return Sealer(keys_, random_);
}

Result<void> Sealing::reload(const std::string& key_id) {
  const auto masters = load_master_keys(source_, key_file_of(database_path_));
  if (!masters) return masters.error();
  if (!masters->empty()) {
    const crypto::KeyRing keys(*masters);
    if (keys.find(key_id) != nullptr) {
      keys_ = std::make_shared<const crypto::KeyRing>(keys.led_by(key_id));
      return {};
    }
  }
  return Error{ErrorCode::kUnavailable,
               "the encryption key of " + database_path_ +
                   " was changed by another process: restart with the one that "
                   "it has now",
               "key id '" + key_id + "'"};
}

}  // namespace jungle::store

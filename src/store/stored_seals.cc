#include "store/stored_seals.h"

#include <soci/soci.h>

#include "crypto/sealed_box.h"
#include "store/secret_columns.h"

namespace jungle::store {

std::optional<SealRecord> load_record(soci::session& session) {
  SealRecord record;
  int is_scrubbed = 0;
  session << "SELECT key_id, is_scrubbed FROM sealing WHERE id = 1", soci::into(record.key_id), soci::into(is_scrubbed);
  if (!session.got_data()) return std::nullopt;
  record.is_scrubbed = is_scrubbed != 0;
  return record;
}

void store_record(soci::session& session, const SealRecord& record) {
  const int is_scrubbed = record.is_scrubbed ? 1 : 0;
  session << "INSERT INTO sealing (id, key_id, is_scrubbed) VALUES (1, :key, :scrubbed) ON CONFLICT (id) DO UPDATE SET "
             "key_id = excluded.key_id, is_scrubbed = excluded.is_scrubbed",
      soci::use(record.key_id), soci::use(is_scrubbed);
}

void remove_record(soci::session& session) { session << "DELETE FROM sealing"; }

Result<Sealed> seal_all(soci::session& session, const Sealer& sealer) {
  Sealed sealed;
  auto seal_one = [&](std::string_view stored, const SecretPlace& place) -> Result<std::string> {
    auto plain = sealer.open(stored, place);
    if (!plain && plain.error().code == ErrorCode::kNotFound) return plain.error();
    if (!plain) {
      sealed.unreadable.push_back(plain.error().message);
      return std::string(stored);
    }
    if (sealer.is_current(stored)) return std::string(stored);
    ++(crypto::is_sealed(stored) ? sealed.from_older_keys : sealed.from_clear);
    return sealer.seal(*plain, place);
  };
  if (auto changed = change_secrets(session, seal_one); !changed) return changed.error();
  return sealed;
}

void record_seals(soci::session& session, const crypto::KeyRing& keys, const Sealed& sealed) {
  const auto before = load_record(session);
  const bool is_scrubbed = before && before->is_scrubbed && !sealed.changed();
  store_record(session, {keys.primary().id, is_scrubbed});
}

Result<std::size_t> unseal_all(soci::session& session, const Sealer& sealer) {
  return change_secrets(session, [&](std::string_view stored, const SecretPlace& place) -> Result<std::string> {
    auto plain = sealer.open(stored, place);
    if (!plain) return plain.error();
    return plain->reveal();
  });
}

Result<void> scrub_if_due(Database& database) {
  auto is_due = database.write_blocking([](soci::session& session) -> Result<bool> {
    const auto record = load_record(session);
    return record && !record->is_scrubbed;
  });
  if (!is_due) return is_due.error();
  if (!*is_due) return {};
  if (auto scrubbed = database.scrub(); !scrubbed) return scrubbed;
  return database.write_blocking([](soci::session& session) -> Result<void> {
    session << "UPDATE sealing SET is_scrubbed = 1";
    return {};
  });
}

}  // namespace jungle::store

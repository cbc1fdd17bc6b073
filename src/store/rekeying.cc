#include "store/rekeying.h"

#include <memory>

#include <soci/soci.h>

#include "crypto/key_ring.h"
#include "store/key_file.h"
#include "store/stored_seals.h"

namespace jungle::store {
namespace {

Error nothing_to_rotate() {
  return Error{
      ErrorCode::kConflict,
      "all secrets are sealed under the given key already: give the new key and the old one, in this order and "
      "separated by a comma (`openssl rand -base64 32` makes a key)",
      {}};
}

// Within the transaction.
Result<Rotation> seal_under_first(soci::session& session, const crypto::KeyRing& keys, Random& random) {
  const Sealer sealer(std::make_shared<const crypto::KeyRing>(keys), random);
  auto sealed = seal_all(session, sealer);
  if (!sealed) return sealed.error();
  record_seals(session, keys, *sealed);
  Rotation rotation;
  rotation.sealed = sealed->from_clear + sealed->from_older_keys;
  rotation.key_id = keys.primary().id;
  rotation.unreadable = std::move(sealed->unreadable);
  return rotation;
}

Result<Rotation> rotate_given(soci::session& session, const std::vector<Secret>& masters, Random& random) {
  const crypto::KeyRing keys(masters);
  const auto record = load_record(session);
  auto rotation = seal_under_first(session, keys, random);
  if (!rotation) return rotation;
  if (rotation->sealed == 0 && record && record->key_id == keys.primary().id) return nothing_to_rotate();
  return rotation;
}

// Both keys are on the disk before the transaction ends: whether it does or not, one of them opens every secret.
Result<Rotation> rotate_key_file(soci::session& session, std::vector<Secret> masters, const std::string& database_path,
                                 Random& random) {
  masters.insert(masters.begin(), crypto::make_master_key(random));
  auto rotation = seal_under_first(session, crypto::KeyRing(masters), random);
  if (!rotation) return rotation;
  rotation->key_file = key_file_of(database_path);
  if (auto written = write_key_file(rotation->key_file, masters, database_path); !written) return written.error();
  return rotation;
}

// The other keys go once no secret needs them.
Result<void> keep_sealing_key(Database& database, const std::string& key_file) {
  return database.write_blocking([&](soci::session& session) -> Result<void> {
    auto masters = load_master_keys({}, key_file);
    if (!masters) return masters.error();
    const auto record = load_record(session);
    std::erase_if(*masters, [&](const Secret& master) {
      return !record || crypto::KeyRing({master}).primary().id != record->key_id;
    });
    if (masters->empty()) return {};  // Another process took the seals off, or gave a key.
    return write_key_file(key_file, *masters, database.path());
  });
}

}  // namespace

Result<Rotation> rotate_key(Database& database, const KeySource& source, Random& random) {
  auto rotation = database.write_blocking([&](soci::session& session) -> Result<Rotation> {
    auto masters = load_master_keys(source, key_file_of(database.path()));
    if (!masters) return masters.error();
    auto rotated = source.is_given() ? rotate_given(session, *masters, random)
                                     : rotate_key_file(session, *masters, database.path(), random);
    if (!rotated) return with_key_advice(rotated.error(), source, database.path());
    return rotated;
  });
  if (!rotation) return rotation;
  if (auto scrubbed = scrub_if_due(database); !scrubbed) rotation->leftover = scrubbed.error().message;
  if (!rotation->key_file.empty()) {
    if (auto kept = keep_sealing_key(database, rotation->key_file); !kept) return kept.error();
  }
  return rotation;
}

Result<std::size_t> unseal(Database& database, const KeySource& source, Random& random) {
  return database.write_blocking([&](soci::session& session) -> Result<std::size_t> {
    auto masters = load_master_keys(source, key_file_of(database.path()));
    if (!masters) return masters.error();
    // Without a key there may still be nothing to open.
    if (masters->empty()) masters->push_back(crypto::make_master_key(random));
    auto count = unseal_all(session, Sealer(std::make_shared<const crypto::KeyRing>(*masters), random));
    if (!count) return with_key_advice(count.error(), source, database.path());
    remove_record(session);
    return count;
  });
}

}  // namespace jungle::store

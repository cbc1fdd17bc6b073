// Changing the key of a database, and taking the seals off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "store/database.h"
#include "store/master_keys.h"

namespace jungle::store {

// What a rotation did.
struct Rotation {
  std::size_t sealed = 0;               // Secrets that are under the new key now.
  std::string key_id;                   // The new key's.
  std::string key_file;                 // That was rewritten; empty if the key was given.
  std::vector<std::string> unreadable;  // Secrets that no key opens, and why.
  std::string leftover;                 // Why overwritten secrets may still be in the file; empty if they are gone.
};

// Seals every secret of the database under another key, in one transaction: a new one, or, if keys were given, the
// first of them. Killed at any moment, it leaves a database that opens with the keys that are at the source then: the
// key file holds both keys until the old one is of no use. A gateway that has the database open finds the new key by
// itself, unless its key was given to it as text.
//
// Blocks. Errors: those of Sealing::open(); kConflict: keys were given, and the first of them seals already.
Result<Rotation> rotate_key(Database& database, const KeySource& source, Random& random);

// Puts every secret back in clear, in one transaction, for a MCPJungle that shall use the file. The key file stays.
// Returns how many. Blocks. Errors: those of Sealing::open().
Result<std::size_t> unseal(Database& database, const KeySource& source, Random& random);

}  // namespace jungle::store

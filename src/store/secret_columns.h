// Every place of the database where a secret stands: the list is in the .cc.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.h"
#include "store/sealer.h"

namespace soci {
class session;
}

namespace jungle::store {

// What to do with a stored secret, sealed or in clear: the text that takes its place (it may be the same).
using SecretChange = std::function<Result<std::string>(std::string_view stored, const SecretPlace& place)>;

// Applies `change` to every secret of the database, also in rows that are marked as deleted. Empty ones are passed
// over. Returns how many changed; the first failure ends it. REQUIRES: within a transaction, on the database's thread.
// SOCI's exceptions pass.
Result<std::size_t> change_secrets(soci::session& session, const SecretChange& change);

}  // namespace jungle::store

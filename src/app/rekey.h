// What `mcpjungle rotate-key` and `mcpjungle unseal` do with the database.
#pragma once

#include <cstddef>

#include "app/config.h"
#include "base/result.h"
#include "store/rekeying.h"

namespace jungle::app {

// Both work on the database file that `config` names (see database_config_from), whether a gateway runs or not, and
// block. kNotFound: there is no such file; none is made. Other errors: store/rekeying.h.
Result<store::Rotation> rotate_key(const Config& config);
Result<std::size_t> unseal(const Config& config);

}  // namespace jungle::app

// Names that the catalog gives meaning to.
#pragma once

#include "base/strong_id.h"

namespace jungle::catalog {

// The registered name of an upstream server: `^[a-zA-Z0-9_-]+$`, no `__`, not ending in `_`. Made by parse_server_name.
using ServerName = StrongId<struct ServerNameTag>;

}  // namespace jungle::catalog

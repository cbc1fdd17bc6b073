// Where the gateway may connect to, as the operator says it.
#pragma once

#include "app/dotenv.h"
#include "base/result.h"
#include "http/egress_guard.h"

namespace jungle::app {

// MCPJUNGLE_EGRESS_ALLOW. kInvalidArgument names the variable and the entry.
Result<http::EgressGuard> egress_from(const Environment& environment);

}  // namespace jungle::app

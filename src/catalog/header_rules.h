// Which headers a registration may name.
#pragma once

#include "base/result.h"
#include "catalog/server_spec.h"

namespace jungle::catalog {

// Checks `headers` and `bearer_token` of `spec`. kInvalidArgument names the field; values are not repeated.
Result<void> check_headers(const ServerSpec& spec);
// Checks `forward_headers`: nothing that proves who a client is to the gateway, belongs to one connection or is the
// gateway's to say may pass, under no name; a name is given and taken once. kInvalidArgument names the field.
Result<void> check_forward_headers(const ServerSpec& spec);

}  // namespace jungle::catalog

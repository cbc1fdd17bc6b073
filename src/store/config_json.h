// The `config` column of mcp_servers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/server_spec.h"

namespace jungle::store {

// MCPJungle's object for the transport of `spec` (`url`, `bearer_token`, `headers`; `command`, `args`, `env`), and the
// settings that MCPJungle does not have, where they differ from their defaults: it ignores what it does not know.
// Holds secrets in clear, as MCPJungle's does.
std::string render_config(const catalog::ServerSpec& spec);

// Sets the fields of `spec` that `config` has. REQUIRES: its transport is set. kInvalidArgument names the member that
// is not what it should be; nothing of its value is repeated.
Result<void> read_config(std::string_view config, catalog::ServerSpec& spec);

}  // namespace jungle::store

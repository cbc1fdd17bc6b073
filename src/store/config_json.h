// The `config` column of mcp_servers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/server_spec.h"
#include "store/sealer.h"

namespace jungle::store {

// MCPJungle's object for the transport of `spec` (`url`, `bearer_token`, `headers`; `command`, `args`, `env`), and the
// settings that MCPJungle does not have, where they differ from their defaults: it ignores what it does not know.
// Its secrets are sealed (config_secrets.h).
std::string render_config(const catalog::ServerSpec& spec, const Sealer& sealer);

// Sets the fields of `spec` that `config` has. REQUIRES: its name and its transport are set. kInvalidArgument names the
// member that is not what it should be, or the secret that does not open; nothing of its value is repeated. Secrets may
// be in clear.
Result<void> read_config(std::string_view config, const Sealer& sealer, catalog::ServerSpec& spec);

}  // namespace jungle::store

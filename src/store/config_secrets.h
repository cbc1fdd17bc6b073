// What is secret in the column `config` of mcp_servers.
#pragma once

#include <functional>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "store/sealer.h"

namespace jungle::store {

// Sees each secret of a config with its field (`bearer_token`, `headers.X-Key`, `env.TOKEN`) and may replace it. Stops
// at the first failure. A URL is one if it has a query: people put keys there. Members that are not what they should be
// are passed over; reading the config says what is wrong with them.
using SecretVisitor = std::function<Result<void>(std::string_view field, boost::json::string& value)>;
Result<void> visit_secrets(boost::json::object& config, const SecretVisitor& visit);

// Seals or opens all of them, in place. `server` is the server's name.
void seal_config(boost::json::object& config, const Sealer& sealer, std::string_view server);
Result<void> open_config(boost::json::object& config, const Sealer& sealer, std::string_view server);

}  // namespace jungle::store

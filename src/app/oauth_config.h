// Upstream OAuth, as the operator says it.
#pragma once

#include <string>

#include "app/config.h"
#include "app/dotenv.h"
#include "base/result.h"

namespace jungle::app {

// MCPJUNGLE_OAUTH_CLIENT_METADATA_URL, MCPJUNGLE_PUBLIC_URL, MCPJUNGLE_OAUTH_CLIENT_NAME and MCPJUNGLE_OAUTH_PROFILES.
// kInvalidArgument names the variable, and of a file what is wrong with it.
Result<OAuthConfig> oauth_from(const Environment& environment, const FileAccess& files);

}  // namespace jungle::app

// Proxies on the way to upstream and authorization servers, as the operator says it.
#pragma once

#include <string>
#include <vector>

#include "app/dotenv.h"
#include "base/result.h"
#include "http/proxies.h"

namespace jungle::app {

// HTTPS_PROXY, HTTP_PROXY and NO_PROXY, each in capitals or, if that is empty, in lower case. kInvalidArgument names
// the variable.
Result<http::Proxies> proxies_from(const Environment& environment);

// What the log says of them at the start; nothing of their credentials.
std::vector<std::string> proxy_lines(const http::Proxies& proxies);

}  // namespace jungle::app

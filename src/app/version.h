// Which build this is.
#pragma once

#include <string_view>

namespace jungle::app {

// "v0.1.0"; what `mcpjungle version` and GET /metadata say.
std::string_view version();
// Six lines of block letters, each ended.
std::string_view banner();

}  // namespace jungle::app

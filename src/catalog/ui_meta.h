// Where a tool or a result names the interface that goes with it.
#pragma once

#include <string_view>
#include <vector>

#include "mcp/json_text.h"

namespace jungle::catalog {

// The strings in `text[meta]`, the value of a `_meta`, that are URIs of UI resources: `ui.resourceUri` (MCP Apps
// "Resource Discovery"), its older spelling `ui/resourceUri`, and `openai/outputTemplate`. In order of their place,
// with their quotes. None if it is no object. Pure.
std::vector<mcp::Range> ui_resource_uris(std::string_view text, mcp::Range meta);

}  // namespace jungle::catalog

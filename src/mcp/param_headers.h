// Arguments that travel as HTTP headers too.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mcp/json_text.h"

namespace jungle::mcp {

// One argument that a tool's schema marks with `x-mcp-header` (MCP 2026-07-28 basic/transports/streamable-http "Custom
// Headers"): the value at `path` within `arguments` is sent as `Mcp-Param-{name}`.
struct ParamHeader {
  std::string name;
  std::vector<std::string> path;  // Steps through `properties`.
  friend bool operator==(const ParamHeader&, const ParamHeader&) = default;
};
using ParamHeaders = std::vector<ParamHeader>;

// How deep annotated properties may nest.
inline constexpr std::size_t kParamHeaderDepthMax = 16;
// How many annotations one tool may have.
inline constexpr std::size_t kParamHeadersMax = 32;

// The annotations of an `inputSchema`. kInvalidArgument if one breaks the rules of the specification: then the tool
// must not be offered over HTTP.
Result<ParamHeaders> read_param_headers(std::string_view input_schema);

// The header values of one call: name (with its `Mcp-Param-` prefix) and encoded value, for each annotated argument
// that is present and not null. `arguments` is the raw JSON of the call's arguments, or empty.
std::vector<std::pair<std::string, std::string>> param_header_values(const ParamHeaders& headers,
                                                                     std::string_view arguments);

// Text as a header value: as it is where that is safe, else `=?base64?…?=`.
std::string encode_header_value(std::string_view text);
// The text of a received value. kInvalidArgument if it claims to be Base64 and is not.
Result<std::string> decode_header_value(std::string_view value);

}  // namespace jungle::mcp

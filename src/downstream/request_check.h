// Whether the headers of a modern exchange agree with its body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::downstream {

// Which rules a POST is read by (MCP 2026-07-28 basic/versioning "Compatibility"): its own `_meta` decides, then its
// version header, then whether it belongs to a session or opens one.
enum class Era : std::uint8_t { kLegacy, kModern };
Era era_of(const http::Exchange& exchange, const mcp::Request& request);
// Whether the `MCP-Protocol-Version` header names a modern revision.
bool has_modern_header(const http::Exchange& exchange);

// The checks that a modern request must pass before it is routed, in this order: header and body agree (-32020),
// `_meta` is complete (-32602), the version is one of ours (-32022), the log level exists (-32602). Nothing if all is
// well.
std::optional<mcp::Response> check_modern(const http::Exchange& exchange, const mcp::Request& request);

// Whether the client says that it takes text/event-stream; `*/*` alone is no promise to read one.
bool accepts_stream(const http::Exchange& exchange);

// The `Mcp-Param-*` headers, decoded, names in lower case and without that prefix. kInvalidArgument if one is
// malformed.
Result<std::vector<std::pair<std::string, std::string>>> param_headers_of(const http::Exchange& exchange);

// The error that names the versions a request may carry, those of server/discover (MCP 2026-07-28 basic/versioning,
// UnsupportedProtocolVersionError).
mcp::Response unsupported_version(std::string_view requested);

}  // namespace jungle::downstream

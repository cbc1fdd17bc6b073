// JSON-RPC error codes, as MCP uses them.
#pragma once

namespace jungle::mcp {

// JSON-RPC 2.0 §5.1.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;

// MCP up to 2025-11-25, server/resources "Error Handling"; must not be sent under 2026-07-28.
inline constexpr int kResourceNotFound = -32002;

// MCP 2025-11-25 client/elicitation "URL Elicitation Required Error"; must not be sent under 2026-07-28.
inline constexpr int kUrlElicitationRequired = -32042;

// MCP 2026-07-28 basic "Error Codes".
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingClientCapability = -32021;
inline constexpr int kUnsupportedProtocolVersion = -32022;

}  // namespace jungle::mcp

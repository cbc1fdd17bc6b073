// The keys of `_meta` that the protocol has for itself (MCP 2026-07-28 basic, "_meta"; those of tasks: 2025-11-25
// basic/utilities/tasks).
#pragma once

#include <string_view>

namespace jungle::mcp {

inline constexpr std::string_view kProtocolMetaPrefix = "io.modelcontextprotocol/";

// In requests of modern clients.
inline constexpr std::string_view kProtocolVersionMeta = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kClientCapabilitiesMeta = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kClientInfoMeta = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kLogLevelMeta = "io.modelcontextprotocol/logLevel";

// In answers of modern servers, and in what they tell a subscriber.
inline constexpr std::string_view kServerInfoMeta = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kSubscriptionIdMeta = "io.modelcontextprotocol/subscriptionId";

// In whatever belongs to a task of 2025-11-25.
inline constexpr std::string_view kRelatedTaskMeta = "io.modelcontextprotocol/related-task";

}  // namespace jungle::mcp

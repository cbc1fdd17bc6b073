// From what a server listed to entries that can be exposed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "catalog/discovery.h"
#include "catalog/entry.h"

namespace jungle::catalog {

inline constexpr std::size_t kEntriesMax = 20'000;                // Of one kind, per server; the largest seen is 1,200.
inline constexpr std::size_t kServerBytesMax = 32 * 1024 * 1024;  // All definitions of one server together.
inline constexpr std::size_t kWarningsMax = 50;                   // Sentences kept per server; then a count.

// The entry of a server that answered, without ids and times, everything enabled. What cannot be used is set aside:
// definitions that read_definition refuses, second ones of a name or URI, over the limits above, and, for HTTP
// transports, tools with x-mcp-header annotations that break the rules (MCP 2026-07-28 server/tools "x-mcp-header").
// Each leaves a sentence in `warnings`. Pure.
ServerEntry admit(ServerSpec spec, Discovery discovery);

// Derives names, URIs, ranges and annotations of entries that have nothing but their stored fields, as a repository
// gives them. What cannot be used is dropped; the sentences about that are returned. Pure.
std::vector<std::string> complete(ServerEntry& server);

// The entry as snapshots hold it: on the heap, its entries pointing to it.
std::shared_ptr<const ServerEntry> share(ServerEntry server);

}  // namespace jungle::catalog

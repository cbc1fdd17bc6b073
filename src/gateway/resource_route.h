// Which server a resource URI belongs to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/snapshot.h"
#include "mcp/call_context.h"

namespace jungle::gateway {

// Where a resource is read, and under which URI.
struct ResourceRoute {
  std::shared_ptr<const catalog::ServerEntry> server;
  std::string own_uri;
};

// Finds the server of the URI that a client asked for: an entry of the view; else, since templates and tools name
// resources that no list has, the server that the URI itself names (`mcpj://res/<server>/…`, `mcpj://tpl/<server>/…`,
// `ui://<server>/…`) or that the endpoint is for, if that server has resources at all. Nothing for a resource that is
// disabled, unknown, or of no server.
std::optional<ResourceRoute> route_resource(const catalog::Snapshot& snapshot, const catalog::View& view,
                                            const std::string& scope, const std::string& uri);

}  // namespace jungle::gateway

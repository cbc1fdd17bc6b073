#include "gateway/resource_route.h"

#include <algorithm>

#include "catalog/names.h"

namespace jungle::gateway {
namespace {

bool has_resources(const catalog::ServerEntry& server) {
  if (!server.resources.empty() || !server.resource_templates.empty()) return true;
  return catalog::offers(server, "resources");
}

bool is_disabled(const catalog::ServerEntry& server, const std::string& own_uri) {
  return std::any_of(server.resources.begin(), server.resources.end(),
                     [&](const catalog::ResourceEntry& entry) { return entry.own_uri == own_uri && !entry.enabled; });
}

}  // namespace

std::optional<ResourceRoute> route_resource(const catalog::Snapshot& snapshot, const catalog::View& view,
                                            const std::string& scope, const std::string& uri) {
  if (const catalog::ResourceEntry* entry = view.find_resource(uri)) {
    return ResourceRoute{snapshot.find_server(entry->server->spec.name.str()), entry->own_uri};
  }
  ResourceRoute route;
  if (view.names() == catalog::View::Names::kOwn) {
    route = ResourceRoute{snapshot.find_server(scope), uri};
  } else if (const auto parsed = catalog::parse_exposed_uri(uri)) {
    route = ResourceRoute{snapshot.find_server(parsed->server.str()), parsed->own_uri};
  }
  if (!route.server || !route.server->enabled || !has_resources(*route.server)) return std::nullopt;
  if (const auto& servers = view.servers(); std::find(servers.begin(), servers.end(), route.server) == servers.end())
    return std::nullopt;
  if (is_disabled(*route.server, route.own_uri)) return std::nullopt;
  return route;
}

}  // namespace jungle::gateway

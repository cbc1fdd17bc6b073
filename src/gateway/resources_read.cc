#include <utility>

#include "gateway/gateway.h"
#include "gateway/resource_route.h"
#include "gateway/result_uris.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"

namespace jungle::gateway {

Task<Result<mcp::Response>> Gateway::resources_read(mcp::Request request, const mcp::CallContext& call,
                                                    mcp::EventSink& events, const Snapshot& snapshot,
                                                    const View& view) {
  const auto uri = request.params.find_string("uri");
  if (!uri) co_return mcp::Response::error(mcp::kInvalidParams, "resources/read needs params.uri, a string");
  const auto route = route_resource(snapshot, view, call.scope, *uri);
  if (!route) {
    // MCP 2026-07-28 server/resources "Error Handling"; the legacy edge turns this into its own code.
    mcp::JsonObject data;
    data.add("uri", mcp::json_string(*uri));
    const std::string message = "handler not found for resource URI '" + *uri + "': resource not found";
    co_return mcp::Response::error(mcp::kInvalidParams, message, data.text());
  }

  if (view.names() == View::Names::kExposed) request.params.set("uri", mcp::json_string(route->own_uri));
  auto answer = co_await upstreams_.service_of(*route->server).handle(std::move(request), call, events);
  if (!answer || view.names() == View::Names::kOwn) co_return answer;
  co_return with_exposed_contents_uris(std::move(*answer), route->server->spec.name, route->own_uri, *uri);
}

}  // namespace jungle::gateway

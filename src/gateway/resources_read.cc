#include <utility>

#include "gateway/gateway.h"
#include "gateway/resource_route.h"
#include "gateway/result_uris.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/projection.h"

namespace jungle::gateway {
namespace {

// MCP 2026-07-28 server/resources "Error Handling"; the legacy edge turns this into its own code.
mcp::Response not_found(const std::string& uri) {
  mcp::JsonObject data;
  data.add("uri", mcp::json_string(uri));
  const std::string message = "handler not found for resource URI '" + uri + "': resource not found";
  return mcp::Response::error(mcp::kInvalidParams, message, data.text());
}

// Whether a server says that it has no such resource, in the words of either era: it names its own URI then, which the
// client never saw.
bool says_not_found(const mcp::Response& answer) {
  if (!answer.is_error()) return false;
  const int code = mcp::code_of(answer.payload());
  return code == mcp::kResourceNotFound || (code == mcp::kInvalidParams && mcp::names_a_uri(answer.payload()));
}

}  // namespace

Task<Result<mcp::Response>> Gateway::resources_read(mcp::Request request, const mcp::CallContext& call,
                                                    mcp::EventSink& events, Scope scope) {
  const View& view = *scope.view;
  const auto uri = request.params.find_string("uri");
  if (!uri) co_return mcp::Response::error(mcp::kInvalidParams, "resources/read needs params.uri, a string");
  const auto route = route_resource(*scope.catalog, view, call.scope, *uri);
  if (!route) co_return not_found(*uri);

  if (view.names() == View::Names::kExposed) request.params.set("uri", mcp::json_string(route->own_uri));
  auto answer = co_await upstreams_.service_of(*route->server).handle(std::move(request), call, events);
  if (!answer || view.names() == View::Names::kOwn) co_return answer;
  if (says_not_found(*answer)) co_return not_found(*uri);
  co_return with_exposed_contents_uris(std::move(*answer), route->server->spec.name, route->own_uri, *uri);
}

}  // namespace jungle::gateway

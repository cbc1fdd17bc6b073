// /api/v0/resources.
#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin/exposed_name.h"
#include "admin/row_mapping.h"
#include "admin_api/calls.h"
#include "catalog/names.h"

namespace jungle::admin {
namespace {

// Whether the gateway may be asked for `uri`: a listed resource that is enabled, or one that a server in the catalog
// names elsewhere (in the results of its tools, or from a template), of which only the server knows whether it exists.
Result<void> check_readable(const catalog::Snapshot& snapshot, const std::string& uri) {
  auto parsed = catalog::parse_exposed_uri(uri);
  if (!parsed) return parsed.error();
  const auto listed = find_resource(snapshot, uri);
  if (listed && !(*listed)->enabled) return is_disabled("resource", uri);
  if (!snapshot.find_server(parsed->server.str())) return resource_not_found(uri);
  return {};
}

}  // namespace

Task<RestAnswer> AdminApi::list_resources(const RestRequest& request) {
  const auto snapshot = catalog_.current();
  auto servers = servers_of(*snapshot, request.params.value("server"));
  if (!servers) co_return failed(request, servers.error());
  std::vector<admin_api::ResourceRow> rows;
  for (const catalog::ServerEntry* server : *servers) {
    for (const catalog::ResourceEntry& resource : server->resources)
      rows.push_back(row_of(resource));
  }
  co_return json_answer(admin_api::render(rows));
}

Task<RestAnswer> AdminApi::get_resource(const RestRequest& request) {
  auto uri = admin_api::parse_resource_request(request.body);
  if (!uri) co_return failed(request, uri.error());
  const auto snapshot = catalog_.current();
  auto resource = find_resource(*snapshot, *uri);
  if (!resource) co_return failed(request, resource.error(), "failed to get resource");
  co_return json_answer(admin_api::render(row_of(**resource)));
}

Task<RestAnswer> AdminApi::read_resource(const RestRequest& request) {
  constexpr const char* kContext = "failed to read resource";
  auto uri = admin_api::parse_resource_request(request.body);
  if (!uri) co_return failed(request, uri.error());
  const auto snapshot = catalog_.current();
  if (auto readable = check_readable(*snapshot, *uri); !readable) co_return failed(request, readable.error(), kContext);

  std::string params = admin_api::render_resource_request(*uri);
  std::string failure = "MCP server " + catalog::parse_exposed_uri(*uri)->server.str();
  auto result =
      co_await call_gateway(request, mcp::Method::kResourcesRead, std::move(params), failure, ErrorCode::kNotFound);
  if (!result && result.error().code == ErrorCode::kNotFound) {
    Error error = resource_not_found(*uri);
    error.message += " (" + result.error().message + ")";
    co_return failed(request, error, kContext);
  }
  if (!result) co_return failed(request, result.error(), kContext);
  auto body = admin_api::read_result_of(*result, *uri);
  if (!body) co_return failed(request, as_upstream_error(with_context(body.error(), failure)), kContext);
  co_return json_answer(std::move(*body));
}

}  // namespace jungle::admin

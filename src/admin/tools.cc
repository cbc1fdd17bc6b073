// /api/v0/tools and /api/v0/tool.
#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin/exposed_name.h"
#include "admin/flat_invocation.h"
#include "admin/row_mapping.h"
#include "admin_api/answers.h"
#include "admin_api/calls.h"
#include "mcp/json_text.h"

namespace jungle::admin {

Task<RestAnswer> AdminApi::list_tools(const RestRequest& request) {
  const auto snapshot = catalog_.current();
  auto servers = servers_of(*snapshot, request.params.value("server"));
  if (!servers) co_return failed(request, servers.error());
  std::vector<admin_api::ToolRow> rows;
  for (const catalog::ServerEntry* server : *servers) {
    for (const catalog::ToolEntry& tool : server->tools)
      rows.push_back(row_of(tool));
  }
  co_return json_answer(admin_api::render(rows));
}

Task<RestAnswer> AdminApi::get_tool(const RestRequest& request) {
  const std::string name = request.params.value("name");
  if (name.empty()) co_return plain_error(400, "missing 'name' query parameter");
  const auto snapshot = catalog_.current();
  auto tool = find_tool(*snapshot, name, ServerPhrase::kGet);
  if (!tool) co_return failed(request, tool.error(), "failed to get tool");
  co_return json_answer(admin_api::render(row_of(**tool)));
}

Task<RestAnswer> AdminApi::invoke_tool(const RestRequest& request) {
  constexpr const char* kContext = "failed to invoke tool";
  auto call = read_flat_invocation(request.body);
  if (!call) co_return failed(request, call.error());
  const auto snapshot = catalog_.current();
  auto found = find_tool(*snapshot, call->name, ServerPhrase::kDetails);
  if (!found) co_return failed(request, found.error(), kContext);
  const catalog::ToolEntry& tool = **found;
  if (!tool.enabled) co_return failed(request, is_disabled("tool", call->name), kContext);

  std::string params = R"({"name":)" + mcp::json_string(call->name) + R"(,"arguments":)" + call->arguments_json + "}";
  std::string failure = "failed to call tool " + tool.own_name + " on MCP server " + tool.server->spec.name.str();
  auto result =
      co_await call_gateway(request, mcp::Method::kToolsCall, std::move(params), failure, ErrorCode::kInvalidArgument);
  if (!result) co_return failed(request, result.error(), kContext);
  auto body = admin_api::invoke_result_of(*result);
  if (!body) co_return failed(request, as_upstream_error(with_context(body.error(), failure)), kContext);
  co_return json_answer(std::move(*body));
}

Task<RestAnswer> AdminApi::enable_tools(const RestRequest& request) {
  co_return co_await set_tools_enabled(request, true);
}

Task<RestAnswer> AdminApi::disable_tools(const RestRequest& request) {
  co_return co_await set_tools_enabled(request, false);
}

Task<RestAnswer> AdminApi::set_tools_enabled(const RestRequest& request, bool enabled) {
  std::string entity = request.params.value("entity");
  if (entity.empty()) co_return plain_error(400, "missing 'entity' query parameter");
  auto changed = co_await control_.set_tools_enabled(std::move(entity), enabled);
  if (!changed) {
    co_return failed(request, changed.error(), enabled ? "failed to enable tool(s)" : "failed to disable tool(s)");
  }
  co_return json_answer(admin_api::render_names(*changed));
}

}  // namespace jungle::admin

// /api/v0/prompts and /api/v0/prompt.
#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin/exposed_name.h"
#include "admin/row_mapping.h"
#include "admin_api/answers.h"
#include "admin_api/calls.h"

namespace jungle::admin {

Task<RestAnswer> AdminApi::list_prompts(const RestRequest& request) {
  const auto snapshot = catalog_.current();
  auto servers = servers_of(*snapshot, request.params.value("server"));
  if (!servers) co_return failed(request, servers.error());
  std::vector<admin_api::PromptRow> rows;
  for (const catalog::ServerEntry* server : *servers) {
    for (const catalog::PromptEntry& prompt : server->prompts)
      rows.push_back(row_of(prompt));
  }
  co_return json_answer(admin_api::render(rows));
}

Task<RestAnswer> AdminApi::get_prompt(const RestRequest& request) {
  const std::string name = request.params.value("name");
  if (name.empty()) co_return plain_error(400, "missing 'name' query parameter");
  const auto snapshot = catalog_.current();
  auto prompt = find_prompt(*snapshot, name, ServerPhrase::kGet);
  if (!prompt) co_return failed(request, prompt.error(), "failed to get prompt");
  co_return json_answer(admin_api::render(row_of(**prompt)));
}

Task<RestAnswer> AdminApi::render_prompt(const RestRequest& request) {
  constexpr const char* kContext = "failed to get prompt";
  auto asked = admin_api::parse_prompt_request(request.body);
  if (!asked) co_return failed(request, asked.error());
  const auto snapshot = catalog_.current();
  auto found = find_prompt(*snapshot, asked->name, ServerPhrase::kDetails);
  if (!found) co_return failed(request, found.error(), kContext);
  const catalog::PromptEntry& prompt = **found;
  if (!prompt.enabled) co_return failed(request, is_disabled("prompt", asked->name), kContext);

  // The body, read and written again, has the members of prompts/get: `name`, and `arguments` if there are any.
  std::string params = admin_api::render(*asked);
  std::string failure =
      "failed to get prompt " + prompt.own_name + " from MCP server " + prompt.server->spec.name.str();
  auto result =
      co_await call_gateway(request, mcp::Method::kPromptsGet, std::move(params), failure, ErrorCode::kInvalidArgument);
  if (!result) co_return failed(request, result.error(), kContext);
  auto body = admin_api::prompt_result_of(*result);
  if (!body) co_return failed(request, as_upstream_error(with_context(body.error(), failure)), kContext);
  co_return json_answer(std::move(*body));
}

Task<RestAnswer> AdminApi::enable_prompts(const RestRequest& request) {
  co_return co_await set_prompts_enabled(request, true);
}

Task<RestAnswer> AdminApi::disable_prompts(const RestRequest& request) {
  co_return co_await set_prompts_enabled(request, false);
}

Task<RestAnswer> AdminApi::set_prompts_enabled(const RestRequest& request, bool enabled) {
  std::string entity = request.params.value("entity");
  if (entity.empty()) co_return plain_error(400, "missing 'entity' query parameter");
  auto changed = co_await control_.set_prompts_enabled(std::move(entity), enabled);
  if (!changed) {
    co_return failed(request, changed.error(), enabled ? "failed to enable prompt(s)" : "failed to disable prompt(s)");
  }
  co_return json_answer(admin_api::render_names(*changed));
}

}  // namespace jungle::admin

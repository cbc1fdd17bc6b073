// /api/v0/servers and /api/v0/server_configs.
#include <algorithm>
#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin/exposed_name.h"
#include "admin/server_mapping.h"
#include "admin_api/answers.h"
#include "admin_api/refreshed_server.h"
#include "admin_api/register_input.h"
#include "admin_api/server_view.h"
#include "base/time_text.h"
#include "catalog/listing_difference.h"
#include "catalog/names.h"

namespace jungle::admin {
namespace {

// Secrets are read back only by who asks for them.
Result<Secrets> wanted_secrets(const RestRequest& request) {
  const auto is_wanted = admin_api::parse_switch("include_secrets", request.params.value("include_secrets"));
  if (!is_wanted) return is_wanted.error();
  return *is_wanted ? Secrets::kShown : Secrets::kMasked;
}

void show(const upstream::Outage& outage, const Time& time, admin_api::ServerView& view) {
  view.unavailable_reason = outage.reason;
  view.unavailable_since = rfc3339(outage.since);
  if (outage.next_attempt == kNever) return;
  const auto left = std::max(SteadyTime::duration::zero(), outage.next_attempt - time.steady_now());
  view.next_attempt_at = rfc3339(time.system_now() + left);
}

admin_api::ListDifference shown(catalog::ListDifference list) {
  return {std::move(list.added), std::move(list.removed), std::move(list.changed)};
}

}  // namespace

Task<RestAnswer> AdminApi::list_servers(const RestRequest& request) {
  const auto secrets = wanted_secrets(request);
  if (!secrets) co_return failed(request, secrets.error());
  const auto snapshot = catalog_.current();
  std::vector<admin_api::ServerView> views;
  for (const auto& server : snapshot->servers()) {
    views.push_back(view_of(*server, *secrets));
    MissingAuthorization missing = control_.missing_authorization(server->spec.name);
    if (!missing.scopes.empty()) views.back().authorization = admin_api::kNeedsScopes;
    if (missing.is_needed_by_all) views.back().authorization = admin_api::kNeedsAuthorization;
    views.back().missing_scopes = std::move(missing.scopes);
    if (const auto outage = control_.outage_of(server->spec.name)) show(*outage, time_, views.back());
  }
  co_return json_answer(admin_api::render(views));
}

Task<RestAnswer> AdminApi::list_server_configs(const RestRequest& request) {
  const auto secrets = wanted_secrets(request);
  if (!secrets) co_return failed(request, secrets.error());
  const auto snapshot = catalog_.current();
  std::vector<admin_api::RegisterInput> inputs;
  for (const auto& server : snapshot->servers())
    inputs.push_back(input_of(server->spec, *secrets));
  co_return json_answer(admin_api::render(inputs));
}

Task<RestAnswer> AdminApi::register_server(const RestRequest& request) {
  auto force = admin_api::parse_switch("force", request.params.value("force"));
  if (!force) co_return failed(request, force.error());
  auto input = admin_api::parse_register_input(request.body);
  if (!input) co_return failed(request, input.error());
  auto spec = spec_of(*input);
  if (!spec) co_return failed(request, spec.error());
  auto server = co_await control_.register_server(std::move(*spec), *force ? Force::kYes : Force::kNo);
  if (!server) co_return failed(request, server.error());
  co_return registered(*server);
}

Task<RestAnswer> AdminApi::remove_server(const RestRequest& request) {
  // Any name is looked up, also one that no server can have: MCPJungle answers 404 to all of them.
  const auto snapshot = catalog_.current();
  if (!snapshot->find_server(request.name)) {
    co_return failed(request, server_not_found(*snapshot, request.name),
                     "failed to get MCP server " + request.name + " from DB");
  }
  catalog::ServerName name(request.name);
  auto removed = co_await control_.remove_server(std::move(name));
  if (!removed) co_return failed(request, removed.error(), "failed to deregister MCP server " + request.name);
  co_return empty_answer(204);
}

Task<RestAnswer> AdminApi::refresh_server(const RestRequest& request) {
  const auto snapshot = catalog_.current();
  const auto before = snapshot->find_server(request.name);
  if (!before) co_return failed(request, server_not_found(*snapshot, request.name));
  catalog::ServerName name(request.name);
  auto after = co_await control_.refresh_server(std::move(name));
  if (!after) co_return failed(request, as_upstream_error(after.error()));
  auto difference = catalog::difference(*before, **after);
  admin_api::RefreshedServer refreshed;
  refreshed.name = request.name;
  refreshed.tools = shown(std::move(difference.tools));
  refreshed.prompts = shown(std::move(difference.prompts));
  refreshed.resources = shown(std::move(difference.resources));
  refreshed.resource_templates = shown(std::move(difference.resource_templates));
  refreshed.warnings = (*after)->warnings;
  co_return json_answer(admin_api::render(refreshed));
}

Task<RestAnswer> AdminApi::enable_server(const RestRequest& request) {
  co_return co_await set_server_enabled(request, true);
}

Task<RestAnswer> AdminApi::disable_server(const RestRequest& request) {
  co_return co_await set_server_enabled(request, false);
}

Task<RestAnswer> AdminApi::set_server_enabled(const RestRequest& request, bool enabled) {
  auto name = catalog::parse_server_name(request.name);
  if (!name) co_return failed(request, name.error());
  const std::string context = "failed to mark server " + request.name + (enabled ? " enabled" : " disabled");
  const auto snapshot = catalog_.current();
  if (!snapshot->find_server(request.name)) {
    co_return failed(request, server_not_found(*snapshot, request.name), context);
  }
  auto changed = co_await control_.set_server_enabled(std::move(*name), enabled);
  if (!changed) co_return failed(request, changed.error(), context);
  admin_api::ServerStateChange change;
  change.name = request.name;
  change.tools_affected = std::move(changed->tools);
  change.prompts_affected = std::move(changed->prompts);
  co_return json_answer(admin_api::render(change));
}

}  // namespace jungle::admin

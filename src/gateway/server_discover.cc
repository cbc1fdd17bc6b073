#include "gateway/gateway.h"
#include "mcp/json_object.h"
#include "mcp/meta_keys.h"
#include "mcp/revision.h"
#include "mcp/tasks.h"

namespace jungle::gateway {
namespace {

std::string_view resources_capability(bool has_subscriptions) {
  return has_subscriptions ? R"({"subscribe":true,"listChanged":true})" : R"({"listChanged":true})";
}

void add_extensions(mcp::JsonObject& capabilities, bool has_tasks) {
  if (!has_tasks) return;
  mcp::JsonObject extensions;
  extensions.add(mcp::kTasksExtension, "{}");
  capabilities.add("extensions", extensions.text());
}

// `tasks` of 2025-11-25, without `list`: the gateway keeps no list of them.
void add_legacy_tasks(mcp::JsonObject& capabilities, bool has_tasks) {
  if (has_tasks) capabilities.add("tasks", R"({"cancel":{},"requests":{"tools":{"call":{}}}})");
}

// The capabilities of one server that we pass on: those whose methods we route, with the options that we honour.
std::string capabilities_of(const catalog::ServerEntry& server, mcp::Revision revision) {
  mcp::JsonObject capabilities;
  if (catalog::offers(server, "completions")) capabilities.add("completions", "{}");
  if (catalog::offers(server, "logging")) capabilities.add("logging", "{}");
  if (catalog::offers(server, "prompts") || !server.prompts.empty())
    capabilities.add("prompts", R"({"listChanged":true})");
  if (catalog::offers(server, "resources") || !server.resources.empty())
    capabilities.add("resources", resources_capability(catalog::offers_subscriptions(server)));
  if (catalog::offers(server, "tools") || !server.tools.empty()) capabilities.add("tools", R"({"listChanged":true})");
  // Extensions are for those who declare theirs per request.
  add_extensions(capabilities, mcp::is_modern(revision) && catalog::offers_tasks(server));
  add_legacy_tasks(capabilities, revision == mcp::Revision::k2025_11_25 && catalog::offers_legacy_tasks(server));
  return capabilities.text();
}

std::string capabilities_of(const catalog::View& view, mcp::Revision revision) {
  mcp::JsonObject capabilities;
  if (view.has_completions()) capabilities.add("completions", "{}");
  capabilities.add("logging", "{}");  // Levels are kept for whatever server a call goes to.
  capabilities.add("prompts", R"({"listChanged":true})");
  capabilities.add("resources", resources_capability(view.has_subscriptions()));
  capabilities.add("tools", R"({"listChanged":true})");
  add_extensions(capabilities, mcp::is_modern(revision) && view.has_tasks());
  add_legacy_tasks(capabilities, revision == mcp::Revision::k2025_11_25 && view.has_legacy_tasks());
  return capabilities.text();
}

}  // namespace

// MCP 2026-07-28 server/discover. `supportedVersions` lists what can be used per request: the modern revisions.
mcp::Response Gateway::server_discover(const mcp::CallContext& call, const Snapshot& snapshot, const View& view) const {
  const auto server = snapshot.find_server(call.scope);
  mcp::JsonObject info;
  info.add("name", mcp::json_string(server ? call.scope : "MCPJungle Proxy MCP Server"));
  info.add("version", mcp::json_string(options_.version));
  mcp::JsonObject meta;
  meta.add(mcp::kServerInfoMeta, info.text());
  mcp::JsonObject result;
  result.add("resultType", "\"complete\"");
  result.add("supportedVersions", "[" + mcp::json_string(mcp::text_of(mcp::kNewestModern)) + "]");
  result.add("capabilities", server ? capabilities_of(*server, call.revision) : capabilities_of(view, call.revision));
  if (server && !server->instructions.empty()) result.add("instructions", mcp::json_string(server->instructions));
  result.add("ttlMs", "0");
  result.add("cacheScope", "\"private\"");
  result.add("_meta", meta.text());
  return mcp::Response::result(result.text(), mcp::ResultForm::kModern);
}

}  // namespace jungle::gateway

#include <memory>
#include <utility>

#include "catalog/names.h"
#include "gateway/gateway.h"
#include "gateway/resource_route.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"

namespace jungle::gateway {
namespace {

// What a completion refers to: the server and the reference with the server's own name or URI.
struct Reference {
  std::shared_ptr<const catalog::ServerEntry> server;
  std::string text;
};

Error bad(std::string message) { return Error{ErrorCode::kInvalidArgument, std::move(message), {}}; }

// Finds the template that `uri` names in the view's words.
const catalog::ResourceTemplateEntry* find_template(const catalog::View& view, const std::string& uri) {
  for (const auto& server : view.servers()) {
    for (const auto& entry : server->resource_templates) {
      if (!entry.enabled) continue;
      if (uri == (view.names() == catalog::View::Names::kOwn ? entry.own_template : entry.exposed_template))
        return &entry;
    }
  }
  return nullptr;
}

// MCP server/utilities/completion "Reference Types".
Result<Reference> resolve(const std::string& ref, const catalog::Snapshot& snapshot, const catalog::View& view,
                          const std::string& scope) {
  const auto members = mcp::read_members(ref);
  if (!members) return bad("completion/complete needs params.ref, an object");
  const auto value_of = [&](std::string_view key) -> std::string_view {
    const mcp::Member* member = members->find(ref, key);
    return member == nullptr ? std::string_view() : member->value.of(ref);
  };
  const bool is_prompt = value_of("type") == "\"ref/prompt\"";
  const std::string_view key = is_prompt ? "name" : "uri";
  const std::string_view raw = value_of(key);
  if (raw.empty() || raw.front() != '"') return bad("params.ref needs '" + std::string(key) + "', a string");
  const std::string asked = mcp::json_string_value(raw);

  Reference found;
  std::string own;
  if (is_prompt) {
    const catalog::PromptEntry* prompt = view.find_prompt(asked);
    if (prompt == nullptr)
      return bad("prompt '" + asked + "' not found: prompt not found" + view.suggest_prompt(asked));
    found.server = snapshot.find_server(prompt->server->spec.name.str());
    own = prompt->own_name;
  } else if (value_of("type") != "\"ref/resource\"") {
    return bad("params.ref.type must be 'ref/prompt' or 'ref/resource'");
  } else if (const auto* entry = find_template(view, asked)) {
    found.server = snapshot.find_server(entry->server->spec.name.str());
    own = entry->own_template;
  } else if (auto route = route_resource(snapshot, view, scope, asked)) {
    found.server = std::move(route->server);
    own = std::move(route->own_uri);
  } else {
    return bad("resource '" + asked + "' not found: resource not found");
  }
  mcp::Splice splice;
  splice.replace(members->find(ref, key)->value, mcp::json_string(own));
  found.text = splice.apply(ref);
  return found;
}

}  // namespace

Task<Result<mcp::Response>> Gateway::completion_complete(mcp::Request request, const mcp::CallContext& call,
                                                         mcp::EventSink& events, Scope scope) {
  const std::string ref(request.params.find("ref").value_or(std::string_view()));
  auto reference = resolve(ref, *scope.catalog, *scope.view, call.scope);
  if (!reference) co_return mcp::Response::error(mcp::kInvalidParams, reference.error().message);
  request.params.set("ref", std::move(reference->text));
  co_return co_await upstreams_.service_of(*reference->server).handle(std::move(request), call, events);
}

}  // namespace jungle::gateway

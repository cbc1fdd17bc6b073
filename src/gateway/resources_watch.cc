#include <memory>
#include <string>
#include <utility>

#include "catalog/definition.h"
#include "gateway/gateway.h"
#include "gateway/resource_route.h"
#include "mcp/tasks.h"
#include "upstream/task_topic.h"

namespace jungle::gateway {
namespace {

using Watched = Result<mcp::ResourceWatchPtr>;

Task<Watched> answer(Error why) { co_return why; }

Task<Watched> answer_of(std::shared_ptr<ResourceHub::WatchReply> reply) {
  auto watched = co_await reply->wait();
  if (!watched) co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
  co_return std::move(*watched);
}

}  // namespace

Task<Watched> Gateway::watch(std::string uri, const mcp::CallContext& call) {
  const Scope scope = scope_of(call.scope);
  if (scope.view == nullptr) return answer(Error{ErrorCode::kNotFound, "MCP server " + call.scope + " not found", {}});
  auto route = route_resource(*scope.catalog, *scope.view, call.scope, uri);
  if (!route || upstream::task_of_topic(route->own_uri)) {
    const std::string message = "handler not found for resource URI '" + uri + "': resource not found";
    return answer(Error{ErrorCode::kNotFound, message, {}});
  }
  const catalog::ServerName& server = route->server->spec.name;
  if (!catalog::offers_subscriptions(*route->server)) {
    const std::string message = "server '" + server.str() + "' does not offer subscriptions to its resources";
    return answer(Error{ErrorCode::kInvalidArgument, message, {}});
  }
  if (route->own_uri.size() > catalog::kUriBytesMax) {
    const std::string limit = std::to_string(catalog::kUriBytesMax);
    return answer(Error{ErrorCode::kLimitExceeded, "the URI is longer than " + limit + " bytes", {}});
  }
  const auto reply = std::make_shared<ResourceHub::WatchReply>(executor_);
  resources_.watch(server, std::move(route->own_uri), reply);
  return answer_of(reply);
}

Task<Watched> Gateway::watch_task(std::string id, const mcp::CallContext& call) {
  auto task = tasks_.open(id, call);
  const auto server = task ? catalog_.current()->find_server(task->server.str()) : nullptr;
  if (!server || !server->enabled) return answer(Error{ErrorCode::kNotFound, "there is no such task", {}});
  if (!mcp::declares_tasks(server->capabilities)) {
    const std::string message = "server '" + task->server.str() + "' does not tell of its tasks";
    return answer(Error{ErrorCode::kInvalidArgument, message, {}});
  }
  const auto reply = std::make_shared<ResourceHub::WatchReply>(executor_);
  resources_.watch(task->server, upstream::task_topic(task->own_id), reply);
  return answer_of(reply);
}

bool Gateway::leads_to(const std::string& uri, const std::string& scope, const mcp::ResourceWatch& watch) {
  const Scope of = scope_of(scope);
  if (of.view == nullptr) return false;
  const auto route = route_resource(*of.catalog, *of.view, scope, uri);
  return route && route->own_uri == watch.own_uri() && route->server->spec.name.str() == watch.server();
}

}  // namespace jungle::gateway

#include "gateway/gateway.h"

#include <utility>

#include "mcp/error_code.h"

namespace jungle::gateway {
namespace {

Task<Result<mcp::Response>> answer(Result<mcp::Response> known) { co_return known; }

// Whether clients of that revision have this request about a task.
bool has_method(mcp::Revision revision, mcp::Method method) {
  if (mcp::is_modern(revision)) return method != mcp::Method::kTasksResult;
  return revision == mcp::Revision::k2025_11_25 && method != mcp::Method::kTasksUpdate;
}

}  // namespace

Gateway::Gateway(Executor executor, const Published<Snapshot>& catalog, upstream::Directory& upstreams,
                 ResourceHub& resources, const TaskIds& tasks, GatewayOptions options)
    : executor_(executor),
      catalog_(catalog),
      upstreams_(upstreams),
      resources_(resources),
      tasks_(tasks),
      options_(std::move(options)) {}

Gateway::Scope Gateway::scope_of(const std::string& name) {
  Scope scope{catalog_.current(), nullptr};
  scope.view = name.empty() ? &scope.catalog->all() : scope.catalog->view_of(name);
  return scope;
}

Task<Result<mcp::Response>> Gateway::handle(mcp::Request request, const mcp::CallContext& call,
                                            mcp::EventSink& events) {
  Scope scope = scope_of(call.scope);
  if (scope.view == nullptr) {
    return answer(Error{ErrorCode::kNotFound, "MCP server " + call.scope + " not found", {}});
  }
  using mcp::Method;
  switch (request.method) {
    case Method::kServerDiscover:
      return answer(server_discover(call, *scope.catalog, *scope.view));
    case Method::kToolsList:
    case Method::kPromptsList:
    case Method::kResourcesList:
    case Method::kResourcesTemplatesList:
      return answer(lists_.page(request, call, *scope.catalog, *scope.view));
    case Method::kToolsCall:
      return tools_call(std::move(request), call, events, std::move(scope));
    case Method::kPromptsGet:
      return prompts_get(std::move(request), call, events, std::move(scope));
    case Method::kResourcesRead:
      return resources_read(std::move(request), call, events, std::move(scope));
    case Method::kCompletionComplete:
      return completion_complete(std::move(request), call, events, std::move(scope));
    case Method::kTasksGet:
    case Method::kTasksResult:
    case Method::kTasksUpdate:
    case Method::kTasksCancel:
      if (has_method(call.revision, request.method))
        return tasks_request(std::move(request), call, events, std::move(scope));
      break;
    default:
      break;
  }
  return answer(mcp::Response::error(mcp::kMethodNotFound, "Method " + request.method_name + " not found"));
}

}  // namespace jungle::gateway

#include "gateway/gateway.h"

#include <utility>

#include "mcp/error_code.h"

namespace jungle::gateway {

Gateway::Gateway(const Published<Snapshot>& catalog, upstream::Directory& upstreams, GatewayOptions options)
    : catalog_(catalog), upstreams_(upstreams), options_(std::move(options)) {}

Task<Result<mcp::Response>> Gateway::handle(mcp::Request request, const mcp::CallContext& call,
                                            mcp::EventSink& events) {
  const auto snapshot = catalog_.current();  // One catalog for the whole call.
  const View* view = call.scope.empty() ? &snapshot->all() : snapshot->view_of(call.scope);
  if (view == nullptr) co_return Error{ErrorCode::kNotFound, "MCP server " + call.scope + " not found", {}};
  co_return co_await dispatch(std::move(request), call, events, *snapshot, *view);
}

Task<Result<mcp::Response>> Gateway::dispatch(mcp::Request request, const mcp::CallContext& call,
                                              mcp::EventSink& events, const Snapshot& snapshot, const View& view) {
  using mcp::Method;
  switch (request.method) {
    case Method::kServerDiscover:
      co_return server_discover(call, snapshot, view);
    case Method::kToolsList:
    case Method::kPromptsList:
    case Method::kResourcesList:
    case Method::kResourcesTemplatesList:
      co_return lists_.page(request, call.scope, snapshot, view);
    case Method::kToolsCall:
      co_return co_await tools_call(std::move(request), call, events, view);
    case Method::kPromptsGet:
      co_return co_await prompts_get(std::move(request), call, events, view);
    case Method::kResourcesRead:
      co_return co_await resources_read(std::move(request), call, events, snapshot, view);
    case Method::kCompletionComplete:
      co_return co_await completion_complete(std::move(request), call, events, snapshot, view);
    case Method::kLoggingSetLevel:
      co_return mcp::Response::error(mcp::kMethodNotFound, "logging not supported");
    default:
      co_return mcp::Response::error(mcp::kMethodNotFound, "Method " + request.method_name + " not found");
  }
}

}  // namespace jungle::gateway

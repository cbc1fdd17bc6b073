#include "mcp/tasks.h"

#include <optional>
#include <utility>

#include "gateway/gateway.h"
#include "gateway/result_uris.h"
#include "mcp/error_code.h"
#include "mcp/input_required.h"

namespace jungle::gateway {
namespace {

mcp::Response unknown_task() {
  return mcp::Response::error(mcp::kInvalidParams,
                              "there is no such task, or it belongs to another client or endpoint");
}

}  // namespace

// The answer of a server to tools/call for a client that takes tasks: a handle gets an id of ours.
mcp::Response Gateway::with_own_task(mcp::Response response, const catalog::ServerName& server,
                                     const mcp::CallContext& call) const {
  if (mcp::result_type_of(response) != "task") return response;
  auto own_id = mcp::task_id_of(response);
  if (!own_id || own_id->size() > kOwnTaskIdBytesMax) {
    const std::string limit = std::to_string(kOwnTaskIdBytesMax);
    return mcp::Response::error(mcp::kInternalError, "server '" + server.str() +
                                                         "' made a task without an id, or with one of more than " +
                                                         limit + " bytes: it cannot be reached");
  }
  return mcp::with_task_id(std::move(response), tasks_.seal(TaskRef{server, std::move(*own_id)}, call));
}

// tasks/get, tasks/update and tasks/cancel: the id says which server is asked.
Task<Result<mcp::Response>> Gateway::tasks_request(mcp::Request request, const mcp::CallContext& call,
                                                   mcp::EventSink& events, Scope scope) {
  if (!call.takes_tasks) co_return mcp::missing_tasks_capability();
  const auto id = request.params.find_string("taskId");
  if (!id) co_return mcp::Response::error(mcp::kInvalidParams, request.method_name + " needs params.taskId, a string");
  auto task = tasks_.open(*id, call);
  if (!task) co_return unknown_task();
  const auto server = scope.catalog->find_server(task->server.str());
  if (!server) co_return unknown_task();
  if (!server->enabled) {
    co_return Error{
        ErrorCode::kUnavailable, "server '" + task->server.str() + "', which has the task, is disabled", {}};
  }
  request.params.set("taskId", mcp::json_string(task->own_id));
  auto answer = co_await upstreams_.service_of(*server).handle(std::move(request), call, events);
  if (!answer) co_return answer;
  mcp::Response known = mcp::with_task_id(std::move(*answer), *id);
  if (scope.view->names() == View::Names::kOwn) co_return known;
  co_return with_exposed_task_uris(std::move(known), server->spec.name);
}

}  // namespace jungle::gateway

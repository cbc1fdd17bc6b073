#include "mcp/tasks.h"

#include <optional>
#include <utility>

#include "gateway/gateway.h"
#include "gateway/result_uris.h"
#include "gateway/task_events.h"
#include "mcp/error_code.h"
#include "mcp/input_required.h"

namespace jungle::gateway {
namespace {

mcp::Response unknown_task() {
  return mcp::Response::error(mcp::kInvalidParams,
                              "there is no such task, or it belongs to another client or endpoint");
}

}  // namespace

// The answer of a server to tools/call for a client that takes a task: a handle gets an id of ours.
mcp::Response Gateway::with_own_task(mcp::Response response, const catalog::ServerName& server,
                                     const mcp::CallContext& call) const {
  const bool is_modern = mcp::is_modern(call.revision);
  if (is_modern && mcp::result_type_of(response) != "task") return response;
  auto own_id = is_modern ? mcp::task_id_of(response) : mcp::created_task_id_of(response);
  if (!is_modern && !own_id) return response;  // It is no handle.
  if (!own_id || own_id->size() > kOwnTaskIdBytesMax) {
    const std::string limit = std::to_string(kOwnTaskIdBytesMax);
    return mcp::Response::error(mcp::kInternalError, "server '" + server.str() +
                                                         "' made a task without an id, or with one of more than " +
                                                         limit + " bytes: it cannot be reached");
  }
  const std::string id = tasks_.seal(TaskRef{server, std::move(*own_id)}, call);
  return is_modern ? mcp::with_task_id(std::move(response), id) : mcp::with_created_task_id(std::move(response), id);
}

// tasks/get and its kin: the id says which server is asked.
Task<Result<mcp::Response>> Gateway::tasks_request(mcp::Request request, const mcp::CallContext& call,
                                                   mcp::EventSink& events, Scope scope) {
  const bool is_modern = mcp::is_modern(call.revision);
  if (is_modern && !call.takes_tasks) co_return mcp::missing_tasks_capability();
  const auto id = request.params.find_string("taskId");
  if (!id) co_return mcp::Response::error(mcp::kInvalidParams, request.method_name + " needs params.taskId, a string");
  auto task = tasks_.open(*id, call);
  if (!task) co_return unknown_task();
  const auto server = scope.catalog->find_server(task->server.str());
  if (!server || (!is_modern && !catalog::offers_legacy_tasks(*server))) co_return unknown_task();
  if (!server->enabled) {
    co_return Error{
        ErrorCode::kUnavailable, "server '" + task->server.str() + "', which has the task, is disabled", {}};
  }
  request.params.set("taskId", mcp::json_string(task->own_id));
  const bool has_own_names = scope.view->names() == View::Names::kOwn;
  if (request.method == mcp::Method::kTasksResult) {
    TaskEvents of_task(events, *id);
    auto result = co_await upstreams_.service_of(*server).handle(std::move(request), call, of_task);
    if (!result) co_return result;
    if (!has_own_names) *result = with_exposed_content_uris(std::move(*result), server->spec.name);
    co_return mcp::with_related_task(std::move(*result), *id);
  }
  auto answer = co_await upstreams_.service_of(*server).handle(std::move(request), call, events);
  if (!answer) co_return answer;
  mcp::Response known = mcp::with_task_id(std::move(*answer), *id);
  if (has_own_names || !is_modern) co_return known;
  co_return with_exposed_task_uris(std::move(known), server->spec.name);
}

}  // namespace jungle::gateway

#include <utility>

#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/result_uris.h"
#include "mcp/error_code.h"

namespace jungle::gateway {
namespace {

// Whether the `Mcp-Param-*` headers of the exchange agree with the arguments (MCP 2026-07-28
// basic/transports/streamable-http "Server Validation"). The message of the mismatch, or empty.
std::string header_mismatch(const mcp::CallContext& call, const catalog::ToolEntry& tool, const mcp::Params& params) {
  if (call.param_headers == nullptr || tool.param_headers.empty()) return {};
  const auto expected =
      mcp::param_header_values(tool.param_headers, params.find("arguments").value_or(std::string_view()));
  for (const auto& [name, value] : expected) {
    const auto decoded = mcp::decode_header_value(value);
    const std::string key = ascii_lower(name.substr(std::string_view("Mcp-Param-").size()));
    bool agrees = false;
    for (const auto& [given_name, given] : *call.param_headers)
      agrees |= given_name == key && decoded && given == *decoded;
    if (!agrees) return "the header " + name + " is missing or differs from the argument that it mirrors";
  }
  return {};
}

// MCP 2025-11-25 basic/utilities/tasks: where they are offered, the client may ask for one.
bool asks_for_task(const mcp::Params& params, const mcp::CallContext& call, const catalog::View& view) {
  return call.revision == mcp::Revision::k2025_11_25 && view.has_legacy_tasks() && params.has("task");
}

mcp::Response makes_no_tasks(const std::string& tool) {
  return mcp::Response::error(mcp::kMethodNotFound, "tool '" + tool + "' does not run as a task");
}

mcp::Response task_is_no_object() {
  return mcp::Response::error(mcp::kInvalidParams, "tools/call needs params.task to be an object");
}

}  // namespace

Task<Result<mcp::Response>> Gateway::tools_call(mcp::Request request, const mcp::CallContext& call,
                                                mcp::EventSink& events, Scope scope) {
  const View& view = *scope.view;
  const auto name = request.params.find_string("name");
  if (!name) co_return mcp::Response::error(mcp::kInvalidParams, "tools/call needs params.name, a string");
  const catalog::ToolEntry* tool = view.find_tool(*name);
  if (tool == nullptr) {
    const std::string message = "tool '" + *name + "' not found: tool not found" + view.suggest_tool(*name);
    co_return mcp::Response::error(mcp::kInvalidParams, message);
  }
  if (const auto arguments = request.params.find("arguments"); arguments && arguments->front() != '{') {
    co_return mcp::Response::error(mcp::kInvalidParams, "tools/call needs params.arguments to be an object");
  }
  if (const std::string mismatch = header_mismatch(call, *tool, request.params); !mismatch.empty()) {
    co_return mcp::Response::error(mcp::kHeaderMismatch, mismatch);
  }

  if (view.names() == View::Names::kExposed) request.params.set("name", mcp::json_string(tool->own_name));
  if (asks_for_task(request.params, call, view)) {
    if (!tool->can_be_legacy_task) co_return makes_no_tasks(*name);
    if (request.params.find("task")->front() != '{') co_return task_is_no_object();
    request.wants_handle = true;
  } else {
    // Then `task` is between a legacy server and us: what clients say of it counts for nothing.
    const bool as_task = tool->needs_task || (tool->can_be_task && call.takes_tasks);
    if (as_task || request.params.has("task")) request.params.set("task", as_task ? "{}" : "");
  }
  const bool may_get_task = request.wants_handle || call.takes_tasks;
  request.param_headers = &tool->param_headers;
  auto answer = co_await upstreams_.service_of(*tool->server).handle(std::move(request), call, events);
  if (answer && may_get_task) *answer = with_own_task(std::move(*answer), tool->server->spec.name, call);
  if (!answer || view.names() == View::Names::kOwn) co_return answer;
  co_return with_exposed_content_uris(std::move(*answer), tool->server->spec.name);
}

}  // namespace jungle::gateway

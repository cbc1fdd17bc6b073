#include <utility>

#include "gateway/gateway.h"
#include "gateway/result_uris.h"
#include "mcp/error_code.h"

namespace jungle::gateway {

Task<Result<mcp::Response>> Gateway::prompts_get(mcp::Request request, const mcp::CallContext& call,
                                                 mcp::EventSink& events, Scope scope) {
  const View& view = *scope.view;
  const auto name = request.params.find_string("name");
  if (!name) co_return mcp::Response::error(mcp::kInvalidParams, "prompts/get needs params.name, a string");
  const catalog::PromptEntry* prompt = view.find_prompt(*name);
  if (prompt == nullptr) {
    const std::string message = "prompt '" + *name + "' not found: prompt not found" + view.suggest_prompt(*name);
    co_return mcp::Response::error(mcp::kInvalidParams, message);
  }

  if (const auto arguments = request.params.find("arguments"); arguments && arguments->front() != '{') {
    co_return mcp::Response::error(mcp::kInvalidParams, "prompts/get needs params.arguments to be an object");
  }
  if (view.names() == View::Names::kExposed) request.params.set("name", mcp::json_string(prompt->own_name));
  auto answer = co_await upstreams_.service_of(*prompt->server).handle(std::move(request), call, events);
  if (!answer || view.names() == View::Names::kOwn) co_return answer;
  co_return with_exposed_message_uris(std::move(*answer), prompt->server->spec.name);
}

}  // namespace jungle::gateway

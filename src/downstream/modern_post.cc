#include <utility>

#include "base/text.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"
#include "mcp/meta_keys.h"
#include "mcp/tasks.h"

namespace jungle::downstream {

// MCP 2026-07-28 basic/transports/streamable-http: every request stands alone.
Task<void> McpEndpoint::modern_request(http::Exchange& exchange, std::string_view scope, mcp::Request request) {
  if (auto bad = check_modern(exchange, request)) return answer(exchange, 400, request.id, std::move(*bad));
  auto param_headers = param_headers_of(exchange);
  if (!param_headers) {
    auto error = mcp::Response::error(mcp::kHeaderMismatch, param_headers.error().message);
    return answer(exchange, 400, request.id, std::move(error));
  }
  if (request.method == mcp::Method::kSubscriptionsListen) return listen(exchange, scope, std::move(request));

  Caller caller{make_call(exchange, scope), {}, nullptr, std::move(*param_headers)};
  mcp::CallContext& call = caller.context;
  call.revision = mcp::kNewestModern;
  const auto capabilities = request.params.find_meta(mcp::kClientCapabilitiesMeta).value_or("{}");
  call.client_capabilities = mcp::ClientCapabilities::read(capabilities, call.revision);
  call.takes_tasks = mcp::declares_tasks(capabilities);
  call.client_info = request.params.find_meta(mcp::kClientInfoMeta).value_or("");
  if (const auto level = request.params.find_meta_string(mcp::kLogLevelMeta))
    call.log_level = mcp::parse_log_level(*level);

  caller.form.revision = call.revision;
  caller.form.accepts_stream = accepts_stream(exchange);
  caller.form.server_info = options_.server_info;
  return run_call(exchange, std::move(caller), std::move(request));
}

}  // namespace jungle::downstream

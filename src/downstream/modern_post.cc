#include <utility>

#include "base/text.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"

namespace jungle::downstream {

// MCP 2026-07-28 basic/transports/streamable-http: every request stands alone.
Task<void> McpEndpoint::modern_request(http::Exchange& exchange, std::string_view scope, mcp::Request request) {
  if (const auto bad = check_modern(exchange, request))
    co_return co_await answer_error(exchange, 400, request.id, *bad);
  const auto param_headers = param_headers_of(exchange);
  if (!param_headers) {
    const auto error = mcp::Response::error(mcp::kHeaderMismatch, param_headers.error().message);
    co_return co_await answer_error(exchange, 400, request.id, error);
  }

  mcp::CallContext call = make_call(exchange, scope);
  call.revision = mcp::kNewestModern;
  call.param_headers = &*param_headers;
  call.client_capabilities = request.params.find_meta("io.modelcontextprotocol/clientCapabilities").value_or("{}");
  call.client_info = request.params.find_meta("io.modelcontextprotocol/clientInfo").value_or("");
  call.log_level = request.params.find_meta_string("io.modelcontextprotocol/logLevel").value_or("");

  const std::string id = request.id;
  ClientForm form;
  form.revision = call.revision;
  form.accepts_stream = accepts_stream(exchange);
  form.server_info = options_.server_info;
  ResponseWriter writer(exchange, background_, executor_, id, request.method, form);
  co_await run_call(writer, exchange, std::move(request), call);
}

}  // namespace jungle::downstream

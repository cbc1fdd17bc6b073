// How REST asks the gateway.
#include <charconv>
#include <optional>
#include <utility>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "mcp/error_code.h"
#include "mcp/input_required.h"
#include "mcp/json_reader.h"

namespace jungle::admin {
namespace {

// A JSON-RPC error object as our Error: the server's message, and a code that makes a fitting status.
Error error_of(std::string_view object, const std::string& failure, ErrorCode bad_params) {
  const auto members = mcp::read_members(object);
  if (!members) return {ErrorCode::kUpstreamRejected, failure + ": the error it answered cannot be read", {}};
  int code = 0;
  if (const mcp::Member* member = members->find(object, "code")) {
    const std::string_view digits = member->value.of(object);
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
  }
  ErrorCode kind = ErrorCode::kUpstreamRejected;
  if (code == mcp::kInvalidParams) kind = bad_params;
  if (code == mcp::kResourceNotFound) kind = ErrorCode::kNotFound;
  return {kind, failure + ": " + members->find_string(object, "message").value_or(""),
          "JSON-RPC error " + std::to_string(code)};
}

// MCP 2026-07-28 basic/patterns "Multi Round-Trip Requests": a server may answer that it needs more from the client.
// We declare no client capabilities, so it should not; nobody here could give it.
std::optional<Error> unfinished(const mcp::Response& answer, const std::string& failure) {
  const auto type = mcp::result_type_of(answer);
  if (!type || *type == "complete") return std::nullopt;
  return Error{ErrorCode::kUpstreamRejected,
               failure + ": it answered '" + *type + "', which only a client of /mcp can continue",
               {}};
}

}  // namespace

Task<Result<std::string>> AdminApi::call_gateway(const RestRequest& request, mcp::Method method, std::string params,
                                                 std::string failure, ErrorCode bad_params) {
  auto read = mcp::read_params(std::move(params));
  if (!read) co_return read.error();
  mcp::Request message;
  message.id = mcp::json_string(request.id);
  message.method = method;
  message.method_name = mcp::text_of(method);
  message.params = std::move(*read);
  mcp::CallContext call;
  call.deadline = time_.steady_now() + options_.request_time_max;
  call.principal = mcp::PrincipalId("anonymous");
  call.request_id = request.id;
  mcp::NoEvents events;
  auto answer = co_await gateway_.handle(std::move(message), call, events);
  if (!answer) co_return as_upstream_error(answer.error());
  if (answer->is_error()) co_return error_of(answer->payload(), failure, bad_params);
  if (auto open = unfinished(*answer, failure)) co_return std::move(*open);
  co_return std::string(answer->payload());
}

}  // namespace jungle::admin

#include "admin/flat_invocation.h"

#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::admin {

Result<admin_api::InvokeRequest> read_flat_invocation(std::string_view body) {
  const auto members = mcp::read_members(body);
  const mcp::Member* name = members ? members->find(body, "name") : nullptr;
  if (name == nullptr || body[name->value.begin] != '"') return admin_api::parse_invoke_request(body);
  mcp::Splice splice;
  splice.remove_members(*members, [&](const mcp::Member& member) { return &member == name; });
  return admin_api::InvokeRequest{mcp::json_string_value(name->value.of(body)), splice.apply(body)};
}

}  // namespace jungle::admin

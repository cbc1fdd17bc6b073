#include "upstream/mirrored_headers.h"

#include <optional>
#include <string_view>

#include "mcp/param_headers.h"

namespace jungle::upstream {
namespace {

std::optional<std::string> name_of(const mcp::Request& request) {
  switch (request.method) {
    case mcp::Method::kToolsCall:
    case mcp::Method::kPromptsGet:
      return request.params.find_string("name");
    case mcp::Method::kResourcesRead:
      return request.params.find_string("uri");
    case mcp::Method::kTasksGet:
    case mcp::Method::kTasksUpdate:
    case mcp::Method::kTasksCancel:
      return request.params.find_string("taskId");
    default:
      return std::nullopt;
  }
}

}  // namespace

MirroredHeaders::MirroredHeaders(const mcp::Request& request) {
  const auto name = name_of(request);
  if (name) name_ = mcp::encode_header_value(*name);
  if (request.method == mcp::Method::kToolsCall && request.param_headers != nullptr) {
    const auto arguments = request.params.find("arguments").value_or(std::string_view());
    params_ = mcp::param_header_values(*request.param_headers, arguments);
  }
  headers_.reserve(2 + params_.size());
  headers_.push_back(http::Header{"Mcp-Method", request.method_name});
  if (name) headers_.push_back(http::Header{"Mcp-Name", name_});
  for (const auto& [param, value] : params_)
    headers_.push_back(http::Header{param, value});
}

}  // namespace jungle::upstream

#include "downstream/request_check.h"

#include "base/text.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/log_level.h"
#include "mcp/meta_keys.h"
#include "mcp/revision.h"

namespace jungle::downstream {
namespace {

constexpr std::string_view kParamPrefix = "mcp-param-";

mcp::Response mismatch(const std::string& message) { return mcp::Response::error(mcp::kHeaderMismatch, message); }

std::optional<std::string_view> header_of(const http::Exchange& exchange, std::string_view name) {
  const auto value = exchange.header(name);
  if (!value) return std::nullopt;
  return trimmed(*value);
}

// What `Mcp-Name` mirrors, for the methods that have it.
std::optional<std::string_view> name_key(mcp::Method method) {
  switch (method) {
    case mcp::Method::kToolsCall:
    case mcp::Method::kPromptsGet:
      return "name";
    case mcp::Method::kResourcesRead:
      return "uri";
    case mcp::Method::kTasksGet:
    case mcp::Method::kTasksUpdate:
    case mcp::Method::kTasksCancel:
      return "taskId";
    default:
      return std::nullopt;
  }
}

std::optional<mcp::Response> check_headers(const http::Exchange& exchange, const mcp::Request& request,
                                           const std::optional<std::string>& body_version) {
  const auto version = header_of(exchange, "mcp-protocol-version");
  if (!version) return mismatch("the header MCP-Protocol-Version is missing");
  if (body_version && *body_version != *version) {
    return mismatch("the header MCP-Protocol-Version says " + std::string(*version) + ", the body says " +
                    *body_version);
  }
  const auto method = header_of(exchange, "mcp-method");
  if (!method) return mismatch("the header Mcp-Method is missing");
  if (*method != request.method_name) {
    return mismatch("the header Mcp-Method says " + std::string(*method) + ", the body says " + request.method_name);
  }
  const auto key = name_key(request.method);
  if (!key) return std::nullopt;
  const auto name = header_of(exchange, "mcp-name");
  if (!name) return mismatch("the header Mcp-Name is missing");
  const auto decoded = mcp::decode_header_value(*name);
  const auto in_body = request.params.find_string(*key);
  if (!decoded || (in_body && *decoded != *in_body)) {
    return mismatch("the header Mcp-Name differs from params." + std::string(*key));
  }
  return std::nullopt;
}

}  // namespace

bool has_modern_header(const http::Exchange& exchange) {
  const auto header = exchange.header("mcp-protocol-version");
  if (!header) return false;
  const auto revision = mcp::parse_revision(trimmed(*header));
  return revision && mcp::is_modern(*revision);
}

Era era_of(const http::Exchange& exchange, const mcp::Request& request) {
  const auto in_body = request.params.find_meta_string(mcp::kProtocolVersionMeta);
  if (in_body) {
    const auto revision = mcp::parse_revision(*in_body);
    return revision && !mcp::is_modern(*revision) ? Era::kLegacy : Era::kModern;
  }
  if (request.method == mcp::Method::kServerDiscover) return Era::kModern;
  return has_modern_header(exchange) ? Era::kModern : Era::kLegacy;
}

std::optional<mcp::Response> check_modern(const http::Exchange& exchange, const mcp::Request& request) {
  const auto version = request.params.find_meta_string(mcp::kProtocolVersionMeta);
  if (auto bad = check_headers(exchange, request, version)) return bad;
  if (!version)
    return mcp::Response::error(mcp::kInvalidParams, "params._meta needs " + std::string(mcp::kProtocolVersionMeta));
  const auto capabilities = request.params.find_meta(mcp::kClientCapabilitiesMeta);
  if (!capabilities || capabilities->front() != '{') {
    return mcp::Response::error(mcp::kInvalidParams,
                                "params._meta needs " + std::string(mcp::kClientCapabilitiesMeta) + ", an object");
  }
  const auto revision = mcp::parse_revision(*version);
  if (!revision || !mcp::is_modern(*revision)) return unsupported_version(*version);
  if (request.params.find_meta(mcp::kLogLevelMeta) &&
      !mcp::parse_log_level(request.params.find_meta_string(mcp::kLogLevelMeta).value_or(""))) {
    return mcp::Response::error(
        mcp::kInvalidParams, std::string(mcp::kLogLevelMeta) + " in params._meta must be one of the eight log levels");
  }
  return std::nullopt;
}

bool accepts_stream(const http::Exchange& exchange) {
  const auto accept = exchange.header("accept");
  return accept && accept->find("text/event-stream") != std::string_view::npos;
}

Result<std::vector<std::pair<std::string, std::string>>> param_headers_of(const http::Exchange& exchange) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const http::Header& header : exchange.headers()) {
    if (header.name.size() <= kParamPrefix.size() ||
        !equals_ignoring_case(header.name.substr(0, kParamPrefix.size()), kParamPrefix)) {
      continue;
    }
    auto value = mcp::decode_header_value(trimmed(header.value));
    if (!value) return value.error();
    found.emplace_back(ascii_lower(header.name.substr(kParamPrefix.size())), std::move(*value));
  }
  return found;
}

mcp::Response unsupported_version(std::string_view requested) {
  std::string supported = "[";
  for (auto it = mcp::kRevisions.rbegin(); it != mcp::kRevisions.rend() && mcp::is_modern(*it); ++it) {
    if (supported.size() > 1) supported += ',';
    supported += mcp::json_string(mcp::text_of(*it));
  }
  mcp::JsonObject data;
  data.add("supported", supported + "]");
  data.add("requested", mcp::json_string(requested));
  return mcp::Response::error(mcp::kUnsupportedProtocolVersion, "Unsupported protocol version", data.text());
}

}  // namespace jungle::downstream

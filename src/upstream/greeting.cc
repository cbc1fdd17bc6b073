#include "upstream/greeting.h"

#include <utility>

#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "mcp/meta_keys.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

std::string object_or_empty(std::optional<std::string_view> raw) {
  return raw && raw->starts_with('{') ? std::string(*raw) : "{}";
}

Error unsupported(const catalog::ServerSpec& spec, std::string_view raw_version) {
  return init_error(spec, ErrorCode::kUpstreamRejected, "unsupported protocol version: " + std::string(raw_version));
}

}  // namespace

bool Greeting::offers(std::string_view capability) const {
  const auto members = mcp::read_members(capabilities);
  return members && members->find(capabilities, capability) != nullptr;
}

std::string error_message_of(const mcp::Response& response) {
  const auto error = mcp::read_params(std::string(response.payload()));
  if (!error) return "an error without a message";
  return error->find_string("message").value_or("an error without a message");
}

Result<Greeting> read_greeting(const catalog::ServerSpec& spec, const mcp::Response& response, Era era) {
  if (response.is_error()) return init_error(spec, ErrorCode::kUpstreamRejected, error_message_of(response));
  // A result has the shape of params: an object with an optional `_meta`.
  const auto result = mcp::read_params(std::string(response.payload()));
  if (!result) return init_error(spec, ErrorCode::kUpstreamRejected, result.error().message);
  Greeting greeting;
  greeting.era = era;
  greeting.capabilities = object_or_empty(result->find("capabilities"));
  greeting.instructions = result->find_string("instructions").value_or("");
  if (era == Era::kModern) {
    const auto versions = result->find("supportedVersions").value_or("[]");
    if (!names_modern_revision(versions)) return unsupported(spec, versions);
    greeting.revision = mcp::kNewestModern;
    greeting.server_info = object_or_empty(result->find_meta(mcp::kServerInfoMeta));
    return greeting;
  }
  const auto version = result->find_string("protocolVersion");
  const auto revision = mcp::parse_revision(version.value_or(""));
  if (!revision || mcp::is_modern(*revision)) {
    return unsupported(spec, mcp::json_string(version.value_or("")));
  }
  greeting.revision = *revision;
  greeting.server_info = object_or_empty(result->find("serverInfo"));
  return greeting;
}

}  // namespace jungle::upstream

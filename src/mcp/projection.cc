#include "mcp/projection.h"

#include <charconv>

#include "base/text.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/meta_keys.h"
#include "mcp/url_elicitation.h"

namespace jungle::mcp {
namespace {

bool is_cacheable(Method method) {
  switch (method) {
    case Method::kServerDiscover:
    case Method::kToolsList:
    case Method::kPromptsList:
    case Method::kResourcesList:
    case Method::kResourcesTemplatesList:
    case Method::kResourcesRead:
      return true;
    default:
      return false;
  }
}

bool is_empty_object(std::string_view object) {
  const auto inside = object.find_first_not_of(" \t\r\n", 1);
  return inside == std::string_view::npos || object[inside] == '}';
}

// Whether `code` is one that a peer of the other era would not understand (MCP 2026-07-28 basic "Error Codes").
bool is_modern_only(int code) {
  return code == kHeaderMismatch || code == kMissingClientCapability || code == kUnsupportedProtocolVersion;
}

Response with_code(const Response& error, int code) {
  const std::string_view payload = error.payload();
  const auto members = read_members(payload);
  if (!members) return Response::error(code, "error");
  Splice splice;
  if (const Member* member = members->find(payload, "code")) splice.replace(member->value, std::to_string(code));
  return Response::error(splice.apply(payload));
}

}  // namespace

std::string modern_members(Method method, std::string_view legacy_result, std::string_view server_info) {
  std::string text = R"("resultType":"complete")";
  if (is_cacheable(method)) text += R"(,"ttlMs":0,"cacheScope":"private")";
  // Looking for the letters is enough: where they stand in some text instead, only an optional field is left out.
  if (!server_info.empty() && find_text(legacy_result, "\"_meta\"") == std::string_view::npos) {
    text.append(R"(,"_meta":{")").append(kServerInfoMeta).append("\":").append(server_info).append("}");
  }
  if (!is_empty_object(legacy_result)) text += ',';
  return text;
}

Response with_own_server_info(Response modern_result, std::string_view server_info) {
  const std::string_view payload = modern_result.payload();
  if (payload.find(kServerInfoMeta) == std::string_view::npos) return modern_result;
  const auto members = read_members(payload);
  const Member* meta = members ? members->find(payload, "_meta") : nullptr;
  if (meta == nullptr || payload[meta->value.begin] != '{') return modern_result;
  const auto of_meta = read_members(payload, meta->value);
  const Member* info = of_meta ? of_meta->find(payload, kServerInfoMeta) : nullptr;
  if (info == nullptr) return modern_result;
  Splice splice;
  splice.replace(info->value, std::string(server_info));
  return Response::result(splice.apply(payload), ResultForm::kModern);
}

Response to_legacy(Response modern_result) {
  const std::string_view payload = modern_result.payload();
  const auto members = read_members(payload);
  if (!members) return modern_result;
  Splice splice;
  splice.remove_members(*members, [&](const Member& member) {
    const std::string_view key = member.key.of(payload);
    return key == "resultType" || key == "ttlMs" || key == "cacheScope";
  });
  const Member* meta = members->find(payload, "_meta");
  if (meta != nullptr && payload[meta->value.begin] == '{') {
    if (const auto of_meta = read_members(payload, meta->value)) {
      splice.remove_members(
          *of_meta, [&](const Member& member) { return member.key.of(payload).starts_with(kProtocolMetaPrefix); });
    }
  }
  if (splice.empty()) return modern_result;
  return Response::result(splice.apply(payload), ResultForm::kLegacy);
}

Response error_for(Response error, Revision revision) {
  const int code = code_of(error.payload());
  if (is_modern(revision)) {
    return code == kResourceNotFound ? with_code(error, kInvalidParams) : std::move(error);
  }
  if (code == kUrlElicitationRequired && revision < Revision::k2025_11_25)
    return url_elicitation_in_words(std::move(error));
  if (code == kInvalidParams && names_a_uri(error.payload())) return with_code(error, kResourceNotFound);
  return is_modern_only(code) ? with_code(error, kInternalError) : std::move(error);
}

bool names_a_uri(std::string_view error_object) {
  const auto members = read_members(error_object);
  if (!members) return false;
  const Member* data = members->find(error_object, "data");
  if (data == nullptr || error_object[data->value.begin] != '{') return false;
  const auto of_data = read_members(error_object, data->value);
  return of_data.has_value() && of_data->find(error_object, "uri") != nullptr;
}

int code_of(std::string_view error_object) {
  const auto members = read_members(error_object);
  const Member* member = members ? members->find(error_object, "code") : nullptr;
  if (member == nullptr) return kInternalError;
  const std::string_view text = member->value.of(error_object);
  int code = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), code);
  return ec == std::errc() && end == text.data() + text.size() ? code : kInternalError;
}

}  // namespace jungle::mcp

#include "upstream/era.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::upstream {
namespace {

// A member of the object in `payload`, or nothing.
std::optional<std::string_view> member_of(std::string_view payload, std::string_view key) {
  const auto members = mcp::read_members(payload);
  if (!members) return std::nullopt;
  const mcp::Member* member = members->find(payload, key);
  if (member == nullptr) return std::nullopt;
  return member->value.of(payload);
}

// `data.supported` of an UnsupportedProtocolVersion error.
std::optional<std::string_view> supported_revisions_of(const mcp::Response& response) {
  const auto data = member_of(response.payload(), "data");
  return data ? member_of(*data, "supported") : std::nullopt;
}

}  // namespace

bool may_change_era(const catalog::ServerSpec& spec) {
  return spec.protocol == catalog::Protocol::kAuto && spec.transport != catalog::Transport::kSse;
}

Era known_era(const catalog::ServerSpec& spec, std::string_view last_revision) {
  if (spec.protocol == catalog::Protocol::kLegacy || spec.transport == catalog::Transport::kSse) return Era::kLegacy;
  if (spec.protocol == catalog::Protocol::kModern) return Era::kModern;
  const auto revision = mcp::parse_revision(last_revision);
  if (!revision) return Era::kUnknown;
  return mcp::is_modern(*revision) ? Era::kModern : Era::kLegacy;
}

int error_code_of(const mcp::Response& response) {
  if (!response.is_error()) return 0;
  const auto code = member_of(response.payload(), "code");
  int value = 0;
  if (code) std::from_chars(code->data(), code->data() + code->size(), value);
  return value;
}

bool offers_our_revision(const mcp::Response& response) {
  if (error_code_of(response) != mcp::kUnsupportedProtocolVersion) return false;
  const auto supported = supported_revisions_of(response);
  if (!supported) return false;
  const auto elements = mcp::read_elements(*supported, mcp::Range{0, supported->size()});
  const std::string ours = mcp::json_string(mcp::text_of(mcp::kNewestModern));
  return elements && std::any_of(elements->begin(), elements->end(),
                                 [&](const mcp::Range& element) { return element.of(*supported) == ours; });
}

bool names_modern_revision(std::string_view raw_array) {
  const auto elements = mcp::read_elements(raw_array, mcp::Range{0, raw_array.size()});
  if (!elements) return false;
  const std::string_view first_modern = mcp::text_of(mcp::Revision::k2026_07_28);
  for (const mcp::Range& element : *elements) {
    const std::string_view text = element.of(raw_array);
    if (!text.starts_with("\"20")) continue;
    if (text.substr(1, text.size() - 2) >= first_modern) return true;  // Revisions are dates.
  }
  return false;
}

Era era_of_discover_answer(const mcp::Response& response) {
  if (!response.is_error()) {
    const auto versions = member_of(response.payload(), "supportedVersions");
    return versions && names_modern_revision(*versions) ? Era::kModern : Era::kLegacy;
  }
  switch (error_code_of(response)) {
    case mcp::kUnsupportedProtocolVersion: {
      const auto supported = supported_revisions_of(response);
      return !supported || names_modern_revision(*supported) ? Era::kModern : Era::kLegacy;
    }
    case mcp::kHeaderMismatch:
    case mcp::kMissingClientCapability:
      return Era::kModern;
    default:
      return Era::kLegacy;
  }
}

bool looks_modern(const mcp::Response& response) {
  const int code = error_code_of(response);
  return code == mcp::kUnsupportedProtocolVersion || code == mcp::kHeaderMismatch ||
         code == mcp::kMissingClientCapability;
}

}  // namespace jungle::upstream

#include "upstream/http_endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "catalog/server_secrets.h"
#include "http/headers.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kIdBytesMax = 4096;

constexpr std::array<std::string_view, 11> kReserved{
    "host", "content-length", "content-type", "accept",  "accept-encoding",  "connection",
    "te",   "upgrade",        "expect",       "trailer", "transfer-encoding"};

bool is_reserved(std::string_view name) {
  const std::string lower = ascii_lower(name);
  return lower.starts_with("mcp-") || std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
}

void append_header(std::string& lines, std::string_view name, std::string_view value) {
  lines.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

Result<HttpEndpoint> HttpEndpoint::create(const catalog::ServerSpec& spec) {
  auto url = http::Url::parse(spec.url);
  if (!url) return url.error();
  HttpEndpoint out(std::move(*url));
  out.redactor_ = catalog::redactor_of(spec);
  std::string& lines = out.base_headers_;
  append_header(lines, "Content-Type", "application/json");
  append_header(lines, "Accept", "application/json, text/event-stream");
  bool has_authorization = false;
  for (const auto& [name, value] : spec.headers) {
    const http::Header header{name, value.reveal()};
    if (is_reserved(name) || !http::is_valid(header)) continue;
    if (equals_ignoring_case(name, "authorization") && std::exchange(has_authorization, true)) continue;
    append_header(lines, name, value.reveal());
  }
  if (!has_authorization && !spec.bearer_token.empty()) {
    const std::string value = "Bearer " + spec.bearer_token.reveal();
    if (http::is_field_value(value)) append_header(lines, "Authorization", value);
  }
  out.modern_headers_ = lines;
  append_header(out.modern_headers_, "MCP-Protocol-Version", mcp::text_of(mcp::kNewestModern));
  return out;
}

std::string HttpEndpoint::session_headers(mcp::Revision revision, std::string_view session_id) const {
  std::string lines = base_headers_;
  append_header(lines, "MCP-Protocol-Version", mcp::text_of(revision));
  if (!session_id.empty()) append_header(lines, "Mcp-Session-Id", session_id);
  return lines;
}

bool is_header_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

}  // namespace jungle::upstream

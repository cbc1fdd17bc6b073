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

void append_fields(std::string& lines, const HttpEndpoint::Fields& fields) {
  for (const auto& [name, value] : fields)
    append_header(lines, name, value.reveal());
}

bool is_authorization(const std::string& name) { return equals_ignoring_case(name, "authorization"); }

HttpEndpoint::Fields fields_of(const catalog::ServerSpec& spec) {
  HttpEndpoint::Fields fields;
  bool has_authorization = false;
  for (const auto& [name, value] : spec.headers) {
    const http::Header header{name, value.reveal()};
    if (is_reserved(name) || !http::is_valid(header)) continue;
    if (is_authorization(name) && std::exchange(has_authorization, true)) continue;
    fields.emplace_back(name, value);
  }
  if (!has_authorization && !spec.bearer_token.empty()) {
    const std::string value = "Bearer " + spec.bearer_token.reveal();
    if (http::is_field_value(value)) fields.emplace_back("Authorization", Secret(value));
  }
  return fields;
}

}  // namespace

HttpEndpoint::HttpEndpoint(http::Url url, std::string ca_file, Fields fields, Redactor redactor)
    : url_(std::move(url)), ca_file_(std::move(ca_file)), fields_(std::move(fields)), redactor_(std::move(redactor)) {
  append_header(base_headers_, "Content-Type", "application/json");
  append_header(base_headers_, "Accept", "application/json, text/event-stream");
  append_fields(base_headers_, fields_);
  modern_headers_ = base_headers_;
  append_header(modern_headers_, "MCP-Protocol-Version", mcp::text_of(mcp::kNewestModern));
}

Result<HttpEndpoint> HttpEndpoint::create(const catalog::ServerSpec& spec) {
  auto url = http::Url::parse(spec.url);
  if (!url) return url.error();
  return HttpEndpoint(std::move(*url), spec.ca_file, fields_of(spec), catalog::redactor_of(spec));
}

HttpEndpoint HttpEndpoint::with(const Fields& forwarded) const {
  Fields fields = fields_;
  std::vector<Secret> secrets;
  for (const auto& field : forwarded) {
    std::erase_if(fields, [&](const auto& own) { return equals_ignoring_case(own.first, field.first); });
    secrets.push_back(field.second);
  }
  fields.insert(fields.end(), forwarded.begin(), forwarded.end());
  return HttpEndpoint(url_, ca_file_, std::move(fields), redactor_.with(secrets));
}

bool HttpEndpoint::sends_authorization() const {
  return std::any_of(fields_.begin(), fields_.end(), [](const auto& field) { return is_authorization(field.first); });
}

std::string HttpEndpoint::stream_headers() const {
  std::string lines;
  append_header(lines, "Accept", "text/event-stream");
  append_header(lines, "Cache-Control", "no-cache");
  append_fields(lines, fields_);
  return lines;
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

#include "catalog/header_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace jungle::catalog {
namespace {

Error bad_input(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what) + ": invalid user input", {}};
}

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// RFC 9110 §5.5: a value of visible characters, spaces and tabs cannot end its line.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); });
}

// Fields that frame the message or belong to one hop: the connection's, not a person's, to set (RFC 9110 §7.6.1).
constexpr std::array<std::string_view, 10> kConnectionFields = {
    "connection", "content-length",    "host",    "keep-alive", "proxy-connection", "te",
    "trailer",    "transfer-encoding", "upgrade", "expect"};

// What proves who a client is to the gateway or to a site; and what says in which form messages come and which one is
// meant, which is between the gateway and the server.
constexpr std::array<std::string_view, 4> kClientCredentials = {"cookie", "cookie2", "set-cookie",
                                                                "proxy-authorization"};
constexpr std::array<std::string_view, 6> kGatewayFields = {"accept",           "accept-encoding", "content-encoding",
                                                            "content-language", "content-type",    "last-event-id"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view lower) {
  return std::find(names.begin(), names.end(), lower) != names.end();
}

// Content-Type and Accept may be set, since many configurations do; upstream sends its own whatever they say.
Result<void> check_header_name(std::string_view field, const std::string& name) {
  const std::string quoted = "invalid " + std::string(field) + " '" + shortened(name, 80) + "': ";
  if (!is_token(name)) return bad_input(quoted + "a header name holds only letters, digits and !#$%&'*+-.^_`|~");
  if (name.size() > kHeaderNameBytesMax)
    return bad_input(quoted + "its name is longer than " + std::to_string(kHeaderNameBytesMax) + " bytes");
  const std::string lower = ascii_lower(name);
  if (is_one_of(kConnectionFields, lower)) return bad_input(quoted + "it belongs to the connection and cannot be set");
  if (lower.starts_with("mcp-")) return bad_input(quoted + "Mcp-* headers are set by the gateway");
  return {};
}

Result<void> check_forwarded_name(const std::string& name) {
  if (auto ok = check_header_name("forward_headers", name); !ok) return ok;
  const std::string lower = ascii_lower(name);
  const std::string quoted = "invalid forward_headers '" + name + "': ";
  if (is_one_of(kClientCredentials, lower)) return bad_input(quoted + "it is never forwarded");
  if (is_one_of(kGatewayFields, lower)) return bad_input(quoted + "it is set by the gateway");
  return {};
}

Result<void> check_distinct(std::string_view field, std::vector<std::string> names, std::string_view what) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return {};
  return bad_input("invalid " + std::string(field) + " '" + *twice + "': " + std::string(what));
}

}  // namespace

Result<void> check_headers(const ServerSpec& spec) {
  if (spec.headers.size() > kHeadersMax)
    return bad_input("too many headers: at most " + std::to_string(kHeadersMax) + " are sent");
  std::vector<std::string> seen;
  for (const auto& [name, value] : spec.headers) {
    if (auto ok = check_header_name("header", name); !ok) return ok;
    if (!is_field_value(value.reveal()))
      return bad_input("invalid header '" + name + "': its value has control characters");
    if (value.reveal().size() > kHeaderValueBytesMax)
      return bad_input("invalid header '" + name + "': its value is longer than " +
                       std::to_string(kHeaderValueBytesMax) + " bytes");
    seen.push_back(ascii_lower(name));
  }
  if (auto ok = check_distinct("header", std::move(seen), "it is given twice"); !ok) return ok;
  if (!is_field_value(spec.bearer_token.reveal())) return bad_input("invalid bearer_token: it has control characters");
  if (spec.bearer_token.reveal().size() > kHeaderValueBytesMax)
    return bad_input("invalid bearer_token: longer than " + std::to_string(kHeaderValueBytesMax) + " bytes");
  return {};
}

Result<void> check_forward_headers(const ServerSpec& spec) {
  if (spec.forward_headers.empty()) return {};
  if (spec.transport == Transport::kStdio)
    return bad_input("invalid forward_headers: they need the transport 'streamable_http' or 'sse'");
  if (spec.session_mode == SessionMode::kStateful)
    return bad_input(
        "invalid forward_headers: a stateful session is shared by all clients, so nothing of one of them "
        "may go along; they need the session_mode 'stateless'");
  if (spec.forward_headers.size() > kForwardHeadersMax)
    return bad_input("too many forward_headers: at most " + std::to_string(kForwardHeadersMax));
  std::vector<std::string> from;
  std::vector<std::string> to;
  for (const auto& [name, sent_as] : spec.forward_headers) {
    if (auto ok = check_forwarded_name(name); !ok) return ok;
    if (auto ok = check_forwarded_name(sent_as); !ok) return ok;
    from.push_back(ascii_lower(name));
    to.push_back(ascii_lower(sent_as));
    if (from.back() == "authorization") {
      return bad_input("invalid forward_headers '" + name +
                       "': it is for the gateway and is never forwarded; let clients send another one, which may be "
                       "forwarded as Authorization");
    }
  }
  if (auto ok = check_distinct("forward_headers", std::move(from), "it is given twice"); !ok) return ok;
  return check_distinct("forward_headers", std::move(to), "two fields are forwarded under this name");
}

}  // namespace jungle::catalog

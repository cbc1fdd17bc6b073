#include "http/message_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "http/limits.h"

namespace jungle::http {
namespace {

// Cuts the next line off `rest`. False if it does not end with CRLF.
bool next_line(std::string_view& rest, std::string_view& line) {
  const auto* end = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
  if (!end || end == rest.data() || end[-1] != '\r') return false;
  const auto bytes = static_cast<std::size_t>(end - rest.data());
  line = rest.substr(0, bytes - 1);
  rest.remove_prefix(bytes + 1);
  return true;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take_content_length(std::string_view value, Framing& framing) {
  // Digits only: from_chars alone would take a sign, and a list of equal numbers is not worth its risk.
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) return false;
  std::uint64_t length = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (ec != std::errc() || end != value.data() + value.size()) return false;
  if (framing.content_length && *framing.content_length != length) return false;
  framing.content_length = length;
  return true;
}

// Whether `name`, a token, is `lower` in any case. Setting one bit makes letters lower case and leaves a hyphen alone.
bool is(std::string_view name, std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if ((name[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

// What a field means for the framing. The length decides first: most fields are none of these.
HeadFault take_field(const Header& header, Framing& framing) {
  const std::string_view name = header.name;
  switch (name.size()) {
    case 4:
      if (is(name, "host")) ++framing.host_count;
      return framing.host_count > 1 ? HeadFault::kMalformed : HeadFault::kNone;
    case 6:
      if (is(name, "expect")) framing.expects_continue = list_contains(header.value, "100-continue");
      return HeadFault::kNone;
    case 10:
      if (!is(name, "connection")) return HeadFault::kNone;
      framing.close = framing.close || list_contains(header.value, "close");
      framing.keep_alive = framing.keep_alive || list_contains(header.value, "keep-alive");
      return HeadFault::kNone;
    case 14:
      if (!is(name, "content-length")) return HeadFault::kNone;
      return take_content_length(header.value, framing) ? HeadFault::kNone : HeadFault::kMalformed;
    case 17:
      if (!is(name, "transfer-encoding")) return HeadFault::kNone;
      if (framing.chunked) return HeadFault::kMalformed;
      if (!equals_ignoring_case(header.value, "chunked")) return HeadFault::kUnsupportedEncoding;
      framing.chunked = true;
      return HeadFault::kNone;
    default:
      return HeadFault::kNone;
  }
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

HeadFault parse_fields(std::string_view rest, MessageHead& head) {
  while (rest.substr(0, 2) != "\r\n") {
    if (head.headers.size() == kHeaderCountMax) return HeadFault::kTooManyHeaders;
    // A folded line, and a blank before the colon, fail here: a name is a token.
    Header header;
    header.name = rest.substr(0, token_bytes(rest));
    if (header.name.empty() || header.name.size() == rest.size() || rest[header.name.size()] != ':')
      return HeadFault::kMalformed;
    rest.remove_prefix(header.name.size() + 1);
    std::string_view line;
    if (!next_line(rest, line)) return HeadFault::kMalformed;
    header.value = without_blanks(line);
    if (!is_field_value(header.value)) return HeadFault::kMalformed;
    if (const HeadFault fault = take_field(header, head.framing); fault != HeadFault::kNone) return fault;
    head.headers.push_back(header);
  }
  // RFC 9112 §6.1: a message with both is an attempt at smuggling.
  if (head.framing.chunked && head.framing.content_length) return HeadFault::kMalformed;
  return rest.size() == 2 ? HeadFault::kNone : HeadFault::kMalformed;
}

void reset(MessageHead& head) {
  head.headers.clear();
  head.framing = Framing();
}

// "HTTP/1.x"
HeadFault parse_version(std::string_view text, MessageHead& head) {
  if (text == "HTTP/1.1") {
    head.minor_version = 1;
  } else if (text == "HTTP/1.0") {
    head.minor_version = 0;
  } else {
    return text.substr(0, 5) == "HTTP/" ? HeadFault::kBadVersion : HeadFault::kMalformed;
  }
  return HeadFault::kNone;
}

constexpr bool is_target_byte(unsigned char c) { return c > 0x20 && c != 0x7f; }

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t searched_bytes) {
  // The end may straddle what was searched: three bytes of it can be there already.
  const auto at = bytes.find("\r\n\r\n", searched_bytes > 3 ? searched_bytes - 3 : 0);
  return at == std::string_view::npos ? 0 : at + 4;
}

HeadFault parse_request_head(std::string_view bytes, MessageHead& head) {
  reset(head);
  std::string_view line;
  if (!next_line(bytes, line)) return HeadFault::kMalformed;
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return HeadFault::kMalformed;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  if (!is_token(head.method) || head.target.empty()) return HeadFault::kMalformed;
  if (!std::all_of(head.target.begin(), head.target.end(), is_target_byte)) return HeadFault::kMalformed;
  if (const HeadFault fault = parse_version(line.substr(last + 1), head); fault != HeadFault::kNone) return fault;
  if (const HeadFault fault = parse_fields(bytes, head); fault != HeadFault::kNone) return fault;
  // RFC 9112 §3.2: exactly one Host. HTTP/1.0 has none to lose; chunked came with 1.1 (§6.1).
  if (head.minor_version == 1 && head.framing.host_count == 0) return HeadFault::kMalformed;
  if (head.minor_version == 0 && head.framing.chunked) return HeadFault::kMalformed;
  return HeadFault::kNone;
}

HeadFault parse_response_head(std::string_view bytes, MessageHead& head) {
  reset(head);
  std::string_view line;
  if (!next_line(bytes, line)) return HeadFault::kMalformed;
  // "HTTP/1.1 200 reason"; the reason may be missing, and its blank too.
  constexpr std::size_t kVersionBytes = 8, kStatusEnd = 12;
  if (line.size() < kStatusEnd || line[kVersionBytes] != ' ') return HeadFault::kMalformed;
  if (line.size() > kStatusEnd && line[kStatusEnd] != ' ') return HeadFault::kMalformed;
  if (const HeadFault fault = parse_version(line.substr(0, kVersionBytes), head); fault != HeadFault::kNone)
    return fault;
  const std::string_view digits = line.substr(kVersionBytes + 1, 3);
  if (!std::all_of(digits.begin(), digits.end(), is_digit) || digits[0] == '0') return HeadFault::kMalformed;
  head.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  if (!is_field_value(line.substr(kStatusEnd))) return HeadFault::kMalformed;
  return parse_fields(bytes, head);
}

}  // namespace jungle::http

// The heads of HTTP/1.1 messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/headers.h"

namespace jungle::http {

// How a message's body ends, and what the Connection field says (RFC 9112 §6 and §9).
struct Framing {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool close = false;       // Connection: close.
  bool keep_alive = false;  // Connection: keep-alive.
  bool expects_continue = false;
  std::uint8_t host_count = 0;
};

// A parsed head. Views of the bytes it was parsed from. Reusable: keeps its memory.
struct MessageHead {
  std::string_view method;  // Of a request.
  std::string_view target;
  int status = 0;  // Of a response.
  int minor_version = 1;
  std::vector<Header> headers;
  Framing framing;
};

enum class HeadFault : std::uint8_t {
  kNone,
  kMalformed,
  kTooManyHeaders,
  kBadVersion,           // Not HTTP/1.0 or HTTP/1.1.
  kUnsupportedEncoding,  // A transfer coding other than chunked.
};

// The bytes of the head at the start of `bytes`, its empty line included, or 0 if the end is not there yet.
// `searched_bytes` were looked at before, without finding it.
std::size_t find_head_end(std::string_view bytes, std::size_t searched_bytes);

// Parse a complete head. Strict where leniency helps an attacker: lines end with CRLF, no space before a colon, no
// folded lines, no control characters, Content-Length is one number and never comes with Transfer-Encoding.
// Written by hand: on the head of a call Beast's basic_parser takes 1.2 times as long and its request_parser 2.5 times,
// and what is refused here would have to be refused around them. fuzz/http_head_fuzz.cc.
HeadFault parse_request_head(std::string_view bytes, MessageHead& head);
HeadFault parse_response_head(std::string_view bytes, MessageHead& head);

}  // namespace jungle::http

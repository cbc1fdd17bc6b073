// The head of an answer as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/exchange.h"

namespace jungle::http {

enum class ConnectionField : std::uint8_t { kNone, kClose, kKeepAlive };

// What the connection adds to a ResponseHead.
struct AnswerFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  ConnectionField connection = ConnectionField::kNone;
  std::string_view date;  // Not written if empty.
};

// Whether nothing in `head` can end its line or contradict the framing.
bool is_writable(const ResponseHead& head);
// Replaces `out` with the head, its empty line included. REQUIRES: is_writable(head).
void render_head(const ResponseHead& head, const AnswerFraming& framing, std::string& out);

// RFC 9110 §15; "Unknown" for codes without a registered phrase.
std::string_view reason_of(int status);
// Whether answers with this status have no body and no Content-Length (RFC 9110 §6.4.1).
bool is_bodiless(int status);

// The Date field's value (RFC 9110 §6.6.1), rendered once a second. One per worker.
class DateText {
 public:
  explicit DateText(Time& time) : time_(time) {}
  // `coarse_now` spares most calls the clock.
  std::string_view current(SteadyTime coarse_now);

 private:
  Time& time_;
  SteadyTime asked_ = kNever;
  std::int64_t second_ = -1;
  std::string text_;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string render_http_date(SystemTime time);

}  // namespace jungle::http

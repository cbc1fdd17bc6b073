#include "http/head_writer.h"

#include <array>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace jungle::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool is_ours(std::string_view name) {
  for (const std::string_view ours : {"content-length", "transfer-encoding", "connection", "date", "content-type"}) {
    if (name.size() == ours.size() && equals_ignoring_case(name, ours)) return true;
  }
  return false;
}

}  // namespace

bool is_writable(const ResponseHead& head) {
  if (head.status < 200 || head.status > 999 || !is_field_value(head.content_type)) return false;
  for (const Header& header : head.headers) {
    if (!is_valid(header) || is_ours(header.name)) return false;
  }
  return true;
}

void render_head(const ResponseHead& head, const AnswerFraming& framing, std::string& out) {
  if (head.status == 200) {
    out = "HTTP/1.1 200 OK\r\n";
  } else {
    out = "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(head.status));
    out.append(" ").append(reason_of(head.status)).append("\r\n");
  }
  if (!framing.date.empty()) out.append("Date: ").append(framing.date).append("\r\n");
  if (!head.content_type.empty()) out.append("Content-Type: ").append(head.content_type).append("\r\n");
  if (framing.content_length) {
    out.append("Content-Length: ");
    append_number(out, *framing.content_length);
    out.append("\r\n");
  }
  if (framing.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (framing.connection == ConnectionField::kClose) out.append("Connection: close\r\n");
  if (framing.connection == ConnectionField::kKeepAlive) out.append("Connection: keep-alive\r\n");
  for (const Header& header : head.headers)
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  out.append("\r\n");
}

std::string_view reason_of(int status) {
  struct Reason {
    int status;
    std::string_view text;
  };
  static constexpr Reason kReasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Unknown";
}

bool is_bodiless(int status) { return status == 204 || status == 304; }

std::string_view DateText::current(SteadyTime coarse_now) {
  if (coarse_now == asked_) return text_;
  asked_ = coarse_now;
  const SystemTime now = time_.system_now();
  const auto second = std::chrono::duration_cast<Seconds>(now.time_since_epoch()).count();
  if (second != second_) {
    second_ = second;
    text_ = render_http_date(now);
  }
  return text_;
}

std::string render_http_date(SystemTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  // Not strftime alone: names of days and months are English whatever the locale.
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 32> rest;
  std::string text(kDays[parts.tm_wday]);
  const auto day = std::strftime(rest.data(), rest.size(), ", %d ", &parts);
  text.append(rest.data(), day).append(kMonths[parts.tm_mon]);
  const auto clock = std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &parts);
  return text.append(rest.data(), clock);
}

}  // namespace jungle::http

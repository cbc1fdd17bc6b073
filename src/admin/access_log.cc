#include "admin/access_log.h"

#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "base/text.h"

namespace jungle::admin {
namespace {

constexpr int kClientClosedRequest = 499;  // nginx's word for it.
constexpr std::size_t kDurationColumns = 13;
constexpr std::size_t kPeerColumns = 15;
constexpr std::size_t kMethodColumns = 7;
constexpr std::string_view kSessionPath = "/message?";
constexpr std::size_t kTargetBytesMax = 2048;  // A line of a log is for people; URLs may be 64 KiB long.

void append_spaces(std::string& out, std::size_t have, std::size_t want) {
  if (have < want) out.append(want - have, ' ');
}

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// A whole number of `width` digits, with zeros in front.
void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::size_t start = out.size();
  append_number(out, value);
  const std::size_t written = out.size() - start;
  if (written < width) out.insert(start, width - written, '0');
}

// `value` / 10^`decimals` without zeros at the end.
std::string decimal(std::int64_t value, std::size_t decimals) {
  std::int64_t unit = 1;
  for (std::size_t i = 0; i < decimals; ++i)
    unit *= 10;
  std::string text;
  append_number(text, value / unit);
  if (value % unit == 0) return text;
  text += '.';
  append_padded(text, value % unit, decimals);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// In double quotes, as Go quotes: what is not printable ASCII is escaped, so a line stays a line.
void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (byte < 0x20 || byte > 0x7e) {
      out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    } else {
      out += c;
    }
  }
  out += '"';
}

// In double quotes, for JSON: bytes that a URL has not are percent-encoded, so nothing is left to escape.
void append_url(std::string& out, std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out += '"';
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out.append(1, '%').append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
  }
  out += '"';
}

std::string time_text(std::time_t second, telemetry::LogFormat format) {
  const bool is_json = format == telemetry::LogFormat::kJson;
  std::tm parts{};
  is_json ? gmtime_r(&second, &parts) : localtime_r(&second, &parts);
  std::array<char, 32> text{};
  const char* const pattern = is_json ? "%Y-%m-%dT%H:%M:%S" : "%Y/%m/%d - %H:%M:%S";
  const std::size_t size = std::strftime(text.data(), text.size(), pattern, &parts);
  return {text.data(), size};
}

// The query of the address that clients of HTTP+SSE post to names their session, and who knows it can post, too.
std::string_view without_session(std::string_view target) {
  return target.starts_with(kSessionPath) ? target.substr(0, kSessionPath.size() - 1) : target;
}

}  // namespace

std::string go_duration(std::chrono::nanoseconds duration) {
  using std::chrono::minutes;
  const std::int64_t nanos = duration.count();
  if (duration < std::chrono::microseconds(1)) return nanos == 0 ? "0s" : std::to_string(nanos) + "ns";
  if (duration < Millis(1)) return decimal(nanos, 3) + "µs";
  if (duration < Seconds(1)) return decimal(nanos, 6) + "ms";
  if (duration < minutes(1)) return decimal(nanos, 9) + "s";
  const auto whole = std::chrono::floor<Seconds>(duration);  // gin drops the fraction of what takes over a minute.
  const std::int64_t hours = whole.count() / 3600;
  std::string text = hours > 0 ? std::to_string(hours) + "h" : std::string();
  return text + std::to_string(whole.count() / 60 % 60) + "m" + std::to_string(whole.count() % 60) + "s";
}

AccessLog::AccessLog(Time& time, DeadlineList& deadlines, LineWriter& writer, telemetry::LogFormat format)
    : time_(time), deadlines_(deadlines), writer_(writer), format_(format), flush_at_([this] { flush(); }) {}

AccessLog::~AccessLog() { flush(); }

void AccessLog::exchange_done(const http::AccessRecord& record) {
  if (lines_.empty()) deadlines_.arm(flush_at_, deadlines_.coarse_now());
  const SystemTime now = time_.system_now();
  const auto second = std::chrono::floor<Seconds>(now);
  if (second != second_ || second_text_.empty()) {
    second_ = second;
    second_text_ = time_text(std::chrono::system_clock::to_time_t(second), format_);
  }
  http::AccessRecord shown = record;
  if (shown.status == 0) shown.status = kClientClosedRequest;
  shown.target = without_session(shown.target);
  std::string cut;
  if (shown.target.size() > kTargetBytesMax) {
    cut = shortened(shown.target, kTargetBytesMax);
    shown.target = cut;
  }
  if (format_ == telemetry::LogFormat::kJson) {
    append_json(shown, std::chrono::floor<Millis>(now - second));
  } else {
    append_text(shown);
  }
  if (lines_.size() >= kAccessLogBatchBytes) flush();
}

void AccessLog::append_text(const http::AccessRecord& record) {
  const std::string duration = go_duration(record.duration);
  // "µ" is two bytes and one column.
  const std::size_t columns = duration.size() - (duration.find("µ") != std::string::npos ? 1 : 0);
  lines_.append("[GIN] ").append(second_text_).append(" | ");
  append_padded(lines_, record.status, 3);
  lines_ += " | ";
  append_spaces(lines_, columns, kDurationColumns);
  lines_.append(duration).append(" | ");
  append_spaces(lines_, record.peer.size(), kPeerColumns);
  lines_.append(record.peer).append(" | ").append(record.method);
  append_spaces(lines_, record.method.size(), kMethodColumns);
  lines_ += "  ";
  append_quoted(lines_, record.target);
  lines_ += '\n';
}

// The members of a log line (telemetry::render_json), and the record's. Method and peer are tokens and addresses: they
// need no escapes.
void AccessLog::append_json(const http::AccessRecord& record, Millis fraction) {
  lines_.append(R"({"time":")").append(second_text_) += '.';
  append_padded(lines_, fraction.count(), 3);
  lines_ += R"(Z","level":"info","message":"exchange","status":)";
  append_number(lines_, record.status);
  lines_.append(R"(,"duration_ms":)").append(decimal(record.duration.count(), 6));
  lines_.append(R"(,"peer":")").append(record.peer).append(R"(","method":")").append(record.method);
  lines_ += R"(","target":)";
  append_url(lines_, record.target);
  lines_ += R"(,"answer_bytes":)";
  append_number(lines_, static_cast<std::int64_t>(record.answer_bytes));
  lines_ += "}\n";
}

void AccessLog::flush() {
  flush_at_.disarm();
  if (!lines_.empty()) writer_.submit(lines_);
  lines_.clear();  // Keeps its memory.
}

}  // namespace jungle::admin

#include "admin/access_log.h"

#include <array>
#include <ctime>
#include <string_view>

#include "base/text.h"

namespace jungle::admin {
namespace {

constexpr int kClientClosedRequest = 499;  // nginx's word for it.
constexpr std::size_t kDurationColumns = 13;
constexpr std::size_t kPeerColumns = 15;
constexpr std::size_t kMethodColumns = 7;
constexpr std::size_t kTargetBytesMax = 2048;  // A line of a log is for people; URLs may be 64 KiB long.

int shown_status(const http::AccessRecord& record) { return record.status == 0 ? kClientClosedRequest : record.status; }

void append_spaces(std::string& out, std::size_t have, std::size_t want) {
  if (have < want) out.append(want - have, ' ');
}

// A whole number of `digits` digits, with zeros in front.
void append_padded(std::string& out, std::int64_t value, std::size_t digits) {
  const std::string text = std::to_string(value);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

// `value` / 10^`decimals` without zeros at the end.
std::string decimal(std::int64_t value, std::size_t decimals) {
  std::int64_t unit = 1;
  for (std::size_t i = 0; i < decimals; ++i)
    unit *= 10;
  std::string text = std::to_string(value / unit);
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

// A URL in which a client left bytes that a URL has not, as a URL.
std::string percent_encoded(std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out.append(1, '%').append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
  }
  return out;
}

std::string local_time_text(std::time_t second) {
  std::tm local{};
  localtime_r(&second, &local);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y/%m/%d - %H:%M:%S", &local);
  return {text.data(), size};
}

std::string utc_time_text(SystemTime time) {
  const auto millis = std::chrono::floor<Millis>(time);
  const std::time_t second = std::chrono::system_clock::to_time_t(std::chrono::floor<Seconds>(time));
  std::tm utc{};
  gmtime_r(&second, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::string out(text.data(), size);
  out += '.';
  append_padded(out, millis.time_since_epoch().count() % 1000, 3);
  return out + 'Z';
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
  format_ == telemetry::LogFormat::kJson ? append_json(record) : append_text(record);
  if (lines_.size() >= kAccessLogBatchBytes) flush();
}

void AccessLog::append_text(const http::AccessRecord& record) {
  const std::time_t second = std::chrono::system_clock::to_time_t(time_.system_now());
  if (second != second_ || second_text_.empty()) {
    second_ = second;
    second_text_ = local_time_text(second);
  }
  const std::string duration = go_duration(record.duration);
  // "µ" is two bytes and one column.
  const std::size_t columns = duration.size() - (duration.find("µ") != std::string::npos ? 1 : 0);
  lines_.append("[GIN] ").append(second_text_).append(" | ").append(std::to_string(shown_status(record))).append(" | ");
  append_spaces(lines_, columns, kDurationColumns);
  lines_.append(duration).append(" | ");
  append_spaces(lines_, record.peer.size(), kPeerColumns);
  lines_.append(record.peer).append(" | ").append(record.method);
  append_spaces(lines_, record.method.size(), kMethodColumns);
  lines_ += "  ";
  append_quoted(lines_, shortened(record.target, kTargetBytesMax));
  lines_ += '\n';
}

void AccessLog::append_json(const http::AccessRecord& record) {
  const std::string target = percent_encoded(shortened(record.target, kTargetBytesMax));
  const double millis = static_cast<double>(record.duration.count()) / 1e6;
  lines_ += telemetry::render_json(telemetry::LogLevel::kInfo, utc_time_text(time_.system_now()), "exchange",
                                   {{"status", shown_status(record)},
                                    {"duration_ms", millis},
                                    {"peer", record.peer},
                                    {"method", record.method},
                                    {"target", target},
                                    {"answer_bytes", record.answer_bytes}});
  lines_ += '\n';
}

void AccessLog::flush() {
  flush_at_.disarm();
  if (!lines_.empty()) writer_.submit(lines_);
  lines_.clear();  // Keeps its memory.
}

}  // namespace jungle::admin

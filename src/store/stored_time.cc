#include "store/stored_time.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time_text.h"

namespace jungle::store {
namespace {

bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

constexpr int kYearMin = 1970;
constexpr int kYearMax = 2261;  // SystemTime counts nanoseconds in 64 bits.

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits))
    number = 10 * number + (c - '0');
  return number;
}

// `.5` and the like, cut behind the nanoseconds. Removes it from the front of `rest`.
std::chrono::nanoseconds take_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return std::chrono::nanoseconds(0);
  const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  std::int64_t number = 0;
  for (std::size_t i = 1; i <= 9; ++i)
    number = 10 * number + (i < end ? rest[i] - '0' : 0);
  rest.remove_prefix(end);
  return std::chrono::nanoseconds(number);
}

// `+05:30`, `Z`, or nothing, which is UTC.
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  if (text.empty() || text == "Z") return std::chrono::minutes(0);
  if (text.size() != 6 || !(has_shape(text, "+00:00") || has_shape(text, "-00:00"))) return std::nullopt;
  const std::chrono::minutes offset(60 * number_at(text, 1, 2) + number_at(text, 4, 2));
  return text.front() == '-' ? -offset : offset;
}

}  // namespace

std::string stored_time(SystemTime time) {
  std::string text = rfc3339(time);
  text[10] = ' ';
  text.pop_back();
  return text + "+00:00";
}

std::optional<SystemTime> parse_stored_time(std::string_view stored) {
  using std::chrono::hours;
  using std::chrono::minutes;
  if (!has_shape(stored, "0000-00-00 00:00:00") && !has_shape(stored, "0000-00-00T00:00:00")) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(number_at(stored, 0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number_at(stored, 5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number_at(stored, 8, 2))));
  const int year = static_cast<int>(date.year());
  if (!date.ok() || year < kYearMin || year > kYearMax) return std::nullopt;
  const int hour = number_at(stored, 11, 2);
  const int minute = number_at(stored, 14, 2);
  const int second = number_at(stored, 17, 2);
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::string_view rest = stored.substr(19);
  const auto fraction = take_fraction(rest);
  const auto offset = offset_of(rest);
  if (!offset) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + hours(hour) + minutes(minute) + Seconds(second) - *offset;
  return SystemTime(time) + std::chrono::duration_cast<SystemTime::duration>(fraction);
}

std::string shown_time(std::string_view stored) {
  constexpr std::string_view kClock = "0000-00-00 00:00:00";
  std::string out(stored);
  if (!has_shape(stored, kClock)) return out;
  out[10] = 'T';
  std::string_view rest = stored.substr(kClock.size());
  if (rest.starts_with('.')) {
    const auto digits_end = rest.find_first_not_of("0123456789", 1);
    rest = digits_end == std::string_view::npos ? std::string_view() : rest.substr(digits_end);
  }
  if (rest.empty()) return out + "Z";
  if (rest == "Z") return out;
  if (rest == "+00:00") return out.replace(out.size() - rest.size(), rest.size(), "Z");
  if (rest.size() == 6 && (has_shape(rest, "+00:00") || has_shape(rest, "-00:00"))) return out;
  return std::string(stored);
}

}  // namespace jungle::store

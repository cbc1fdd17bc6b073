#include "store/stored_time.h"

#include <chrono>
#include <cstdio>

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

}  // namespace

std::string stored_time(SystemTime time) {
  using std::chrono::nanoseconds;
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::duration_cast<nanoseconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%09lld", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<long long>(clock.subseconds().count()));
  std::string out(text);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out + "+00:00";
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

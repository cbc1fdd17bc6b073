// Finding the ends of lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace jungle::http {

// The position of the first CR or LF, or npos. Looks at a window at a time: one memchr for each of the two over the
// whole text would be quadratic for a text that has only the other one.
inline std::size_t find_line_end(std::string_view text) {
  constexpr std::size_t kWindow = 256;
  for (std::size_t start = 0; start < text.size(); start += kWindow) {
    const std::string_view window = text.substr(start, kWindow);
    const std::size_t end = std::min(window.find('\n'), window.find('\r'));
    if (end != std::string_view::npos) return start + end;
  }
  return std::string_view::npos;
}

}  // namespace jungle::http

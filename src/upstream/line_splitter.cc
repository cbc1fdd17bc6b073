#include "upstream/line_splitter.h"

#include <utility>

namespace jungle::upstream {

std::optional<std::string> LineSplitter::next() {
  while (!rest_.empty()) {
    const std::size_t newline = rest_.find('\n');
    const bool ends_line = newline != std::string_view::npos;
    std::string_view piece = ends_line ? rest_.substr(0, newline) : rest_;
    std::size_t used = piece.size() + (ends_line ? 1 : 0);
    const std::size_t room = bytes_max_ - unfinished_.size();
    if (too_long_ == TooLong::kCut && piece.size() > room) {
      unfinished_.append(piece.substr(0, room));
      rest_.remove_prefix(room);
      return std::exchange(unfinished_, {});
    }
    rest_.remove_prefix(used);
    if (auto line = take_piece(piece, ends_line)) return line;
  }
  return std::nullopt;
}

std::optional<std::string> LineSplitter::take_piece(std::string_view piece, bool ends_line) {
  if (dropping_) {
    if (ends_line) dropping_ = false;
    return std::nullopt;
  }
  if (piece.size() > bytes_max_ - unfinished_.size()) {
    ++dropped_;
    dropping_ = !ends_line;
    unfinished_ = std::string();
    return std::nullopt;
  }
  if (!ends_line) {
    unfinished_.append(piece);
    return std::nullopt;
  }
  std::string line = std::exchange(unfinished_, {});
  line.append(piece);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string LineSplitter::last() { return std::exchange(unfinished_, {}); }

}  // namespace jungle::upstream

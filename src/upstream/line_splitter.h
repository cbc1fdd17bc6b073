// Bytes into lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jungle::upstream {

// Splits a stream at newlines, in linear time whatever the length of the lines. A final carriage return is not part of
// a line. What the stream's end cuts off is delivered by last(). Pure; a value per stream.
//
//   lines.feed(bytes);
//   while (auto line = lines.next()) use(std::move(*line));
class LineSplitter {
 public:
  // What becomes of a line longer than the limit: dropped and counted, or delivered in pieces.
  enum class TooLong : std::uint8_t { kDrop, kCut };

  LineSplitter(std::size_t bytes_max, TooLong too_long) : bytes_max_(bytes_max), too_long_(too_long) {}

  // Gives the next bytes, borrowed until next() has returned nothing. REQUIRES: it did so since the last feed().
  void feed(std::string_view bytes) { rest_ = bytes; }
  std::optional<std::string> next();
  // The unfinished line at the end of the stream, or an empty string.
  std::string last();

  std::size_t dropped() const { return dropped_; }

 private:
  std::optional<std::string> take_piece(std::string_view piece, bool ends_line);

  std::size_t bytes_max_;
  TooLong too_long_;
  std::string_view rest_;
  std::string unfinished_;
  bool dropping_ = false;  // In the middle of a line that was too long.
  std::size_t dropped_ = 0;
};

}  // namespace jungle::upstream

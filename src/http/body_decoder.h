// Where the body of a message ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/message_head.h"

namespace jungle::http {

// Finds the body in the bytes that follow a head: counted, chunked (RFC 9112 §7.1), or until the connection closes.
// Pure; copies nothing. Chunk extensions and trailers are read and dropped.
class BodyDecoder {
 public:
  enum class Mode : std::uint8_t { kEmpty, kCounted, kChunked, kUntilClose };

  void start(Mode mode, std::uint64_t length);

  // One step: `data` is the part of the first `used_bytes` bytes that belongs to the body, possibly empty. Call again
  // with the rest until done(), or until nothing is used: then more bytes are needed.
  struct Step {
    std::size_t used_bytes = 0;
    std::string_view data;
    bool malformed = false;
  };
  Step step(std::string_view bytes);
  bool done() const { return mode_ == Mode::kEmpty; }
  bool is_until_close() const { return mode_ == Mode::kUntilClose; }
  // What is known to come, of this chunk or of the whole.
  std::uint64_t remaining_bytes() const { return remaining_; }

 private:
  enum class Part : std::uint8_t { kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailer, kTrailerLf };

  Step step_chunked(std::string_view bytes);
  bool take_line_byte(char c);
  bool take_size_byte(char c);
  void end_of_size_line();

  std::uint64_t remaining_ = 0;
  std::size_t line_bytes_ = 0;     // Of the size line, or of all trailers.
  std::size_t trailer_bytes_ = 0;  // Of the current trailer line.
  Mode mode_ = Mode::kEmpty;
  Part part_ = Part::kSize;
  bool has_digit_ = false;
};

}  // namespace jungle::http

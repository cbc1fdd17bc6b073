#include "http/body_decoder.h"

#include <algorithm>

#include "http/limits.h"

namespace jungle::http {

void BodyDecoder::start(Mode mode, std::uint64_t length) {
  mode_ = mode == Mode::kCounted && length == 0 ? Mode::kEmpty : mode;
  remaining_ = mode_ == Mode::kCounted ? length : 0;
  part_ = Part::kSize;
  line_bytes_ = 0;
  trailer_bytes_ = 0;
  has_digit_ = false;
}

BodyDecoder::Step BodyDecoder::step(std::string_view bytes) {
  switch (mode_) {
    case Mode::kEmpty:
      return Step();
    case Mode::kUntilClose:
      return Step{bytes.size(), bytes, false};
    case Mode::kCounted: {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
      remaining_ -= taken;
      if (remaining_ == 0) mode_ = Mode::kEmpty;
      return Step{taken, bytes.substr(0, taken), false};
    }
    case Mode::kChunked:
      return step_chunked(bytes);
  }
  return Step();
}

BodyDecoder::Step BodyDecoder::step_chunked(std::string_view bytes) {
  Step step;
  while (step.used_bytes < bytes.size() && mode_ == Mode::kChunked) {
    if (part_ == Part::kData) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size() - step.used_bytes));
      step.data = bytes.substr(step.used_bytes, taken);
      step.used_bytes += taken;
      remaining_ -= taken;
      if (remaining_ == 0) part_ = Part::kDataCr;
      return step;
    }
    if (!take_line_byte(bytes[step.used_bytes++])) {
      step.malformed = true;
      return step;
    }
  }
  return step;
}

bool BodyDecoder::take_line_byte(char c) {
  switch (part_) {
    case Part::kSize:
      return take_size_byte(c);
    case Part::kExtension:
      if (++line_bytes_ > kChunkHeadBytesMax || c == '\n') return false;
      if (c == '\r') part_ = Part::kSizeLf;
      return true;
    case Part::kSizeLf:
      if (c != '\n') return false;
      end_of_size_line();
      return true;
    case Part::kDataCr:
      part_ = Part::kDataLf;
      return c == '\r';
    case Part::kDataLf:
      part_ = Part::kSize;
      line_bytes_ = 0;
      has_digit_ = false;
      return c == '\n';
    case Part::kTrailer:
      if (++line_bytes_ > kChunkHeadBytesMax || c == '\n') return false;
      if (c == '\r') {
        part_ = Part::kTrailerLf;
      } else {
        ++trailer_bytes_;
      }
      return true;
    case Part::kTrailerLf:
      if (c != '\n') return false;
      if (trailer_bytes_ == 0) mode_ = Mode::kEmpty;
      trailer_bytes_ = 0;
      part_ = Part::kTrailer;
      return true;
    case Part::kData:
      return false;
  }
  return false;
}

bool BodyDecoder::take_size_byte(char c) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  if (digit >= 0) {
    // 2^60 bytes: more is a mistake, and would overflow.
    if (remaining_ >> 56 != 0 || ++line_bytes_ > kChunkHeadBytesMax) return false;
    remaining_ = remaining_ << 4 | static_cast<std::uint64_t>(digit);
    has_digit_ = true;
    return true;
  }
  if (!has_digit_) return false;
  if (c == '\r') {
    part_ = Part::kSizeLf;
    return true;
  }
  part_ = Part::kExtension;
  return c == ';' || c == ' ' || c == '\t';
}

void BodyDecoder::end_of_size_line() {
  if (remaining_ != 0) {
    part_ = Part::kData;
    return;
  }
  part_ = Part::kTrailer;
  line_bytes_ = 0;
  trailer_bytes_ = 0;
}

}  // namespace jungle::http

#include "http/sse_reader.h"

#include <charconv>

#include "base/check.h"
#include "http/line_end.h"

namespace jungle::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

void SseReader::feed(std::string_view bytes) {
  JUNGLE_CHECK(rest_.empty());
  rest_ = bytes;
}

// Lines come from `rest_`; one that a feed cut is put together in `partial_line_`.
Result<std::optional<SseEvent>> SseReader::next() {
  if (dispatched_) forget_event();
  while (!rest_.empty()) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (rest_.front() == '\n') rest_.remove_prefix(1);
      continue;
    }
    const auto end = find_line_end(rest_);
    const std::string_view piece = rest_.substr(0, end);
    if (partial_line_.size() + piece.size() > event_bytes_max_) return too_large();
    if (end == std::string_view::npos) {
      partial_line_.append(piece);
      rest_ = {};
      break;
    }
    skip_lf_ = rest_[end] == '\r';
    rest_.remove_prefix(end + 1);
    bool complete = false;
    if (partial_line_.empty()) {
      complete = take_line(piece, Lines::kInFeed);
    } else {
      partial_line_.append(piece);
      complete = take_line(partial_line_, Lines::kCopied);
      partial_line_.clear();
    }
    if (kept_data_.size() > event_bytes_max_) return too_large();
    if (complete) {
      dispatched_ = true;
      return std::optional<SseEvent>(SseEvent{event_, data_, last_id_});
    }
  }
  keep_unfinished();
  return std::optional<SseEvent>();
}

Error SseReader::too_large() {
  rest_ = {};
  return Error{ErrorCode::kLimitExceeded, "an event is over " + std::to_string(event_bytes_max_) + " bytes", {}};
}

// True when the line is the empty one that ends an event which has data.
bool SseReader::take_line(std::string_view line, Lines where) {
  if (at_start_) {
    at_start_ = false;
    if (line.substr(0, kByteOrderMark.size()) == kByteOrderMark) line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    last_id_ = id_;
    if (has_data_) return true;
    event_ = std::string_view();
    return false;
  }
  const auto colon = line.find(':');
  if (colon == 0) return false;  // A comment.
  std::string_view value;
  if (colon != std::string_view::npos) {
    value = line.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  }
  take_field(line.substr(0, colon), value, where);
  return false;
}

void SseReader::take_field(std::string_view name, std::string_view value, Lines where) {
  if (name == "data") {
    add_data(value, where);
  } else if (name == "event") {
    event_ = value;
    if (where == Lines::kCopied) event_ = kept_event_.assign(value);
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_.assign(value);
  } else if (name == "retry") {
    std::uint32_t millis = 0;
    const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), millis);
    if (ec == std::errc() && end == value.data() + value.size()) retry_ = Millis(millis);
  }
}

void SseReader::add_data(std::string_view value, Lines where) {
  if (!has_data_ && where == Lines::kInFeed) {
    data_ = value;  // One line in one feed: no copy.
  } else {
    keep_data();
    if (has_data_) kept_data_ += '\n';
    data_ = kept_data_.append(value);
  }
  has_data_ = true;
}

void SseReader::keep_data() {
  if (data_is_kept_) return;
  kept_data_.assign(data_);
  data_is_kept_ = true;
}

// The feed is about to go: what an unfinished event borrowed from it is copied.
void SseReader::keep_unfinished() {
  if (has_data_) {
    keep_data();
    data_ = kept_data_;
  }
  if (event_.data() != kept_event_.data()) event_ = kept_event_.assign(event_);
}

void SseReader::forget_event() {
  dispatched_ = false;
  has_data_ = false;
  data_is_kept_ = false;
  event_ = std::string_view();
  data_ = std::string_view();
  if (kept_data_.capacity() > kKeptBytes) kept_data_ = std::string();
  kept_data_.clear();
}

}  // namespace jungle::http

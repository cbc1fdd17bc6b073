// Reading text/event-stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/limits.h"

namespace jungle::http {

// One event. `event` is empty when the stream did not say (the standard's "message"). `id` is the last event id, which
// stays from event to event, and from a stream to the one that goes on with it.
struct SseEvent {
  std::string_view event;
  std::string_view data;
  std::string_view id;
};

// An incremental parser for event streams (WHATWG HTML §9.2.6): any line ending, a leading byte order mark, comments,
// several data lines. An event that the stream's end cuts off is never delivered. Pure; a value per stream.
//
//   reader.feed(bytes);
//   for (;;) { auto event = reader.next(); if (!event) fail; if (!*event) break; use(**event); }
//
// An event that lies in one feed and has one data line is delivered without copying it.
class SseReader {
 public:
  // `last_event_id` is where a stream ended that this one goes on with.
  explicit SseReader(std::size_t event_bytes_max = kSseEventBytesMax, std::string_view last_event_id = {})
      : event_bytes_max_(event_bytes_max), id_(last_event_id), last_id_(last_event_id) {}

  // Gives the next bytes of the stream. They are borrowed until next() has returned no event.
  // REQUIRES: next() returned no event since the last feed().
  void feed(std::string_view bytes);
  // The next complete event, or none: feed more. Its views are valid until the next call of next() or feed().
  // kLimitExceeded: a line or an event's data is larger than the limit; the stream cannot be read on.
  Result<std::optional<SseEvent>> next();

  // Of the last event that was complete, whether it had data or not.
  std::string_view last_event_id() const { return last_id_; }
  std::optional<Millis> retry() const { return retry_; }  // The last reconnection time the stream asked for.

 private:
  enum class Lines : std::uint8_t { kInFeed, kCopied };  // Whether views of a line live as long as the feed.
  static constexpr std::size_t kKeptBytes = 64 * 1024;   // The memory of a larger event is given back.

  bool take_line(std::string_view line, Lines where);
  void take_field(std::string_view name, std::string_view value, Lines where);
  void add_data(std::string_view value, Lines where);
  void keep_data();
  void keep_unfinished();
  void forget_event();
  Error too_large();

  std::size_t event_bytes_max_;
  std::string_view rest_;     // What of the last feed is still to be read.
  std::string partial_line_;  // The beginning of a line that a feed cut.
  bool at_start_ = true;      // A byte order mark may come.
  bool skip_lf_ = false;      // The last line ended with CR; an LF belongs to it.
  // The event that is being read, or was delivered by the last next().
  bool dispatched_ = false;
  bool has_data_ = false;
  bool data_is_kept_ = false;  // `data_` is `kept_data_`, not a view of the feed.
  std::string_view event_;
  std::string_view data_;
  std::string kept_event_;
  std::string kept_data_;
  std::string id_;  // What the last `id` said; that event may still be cut off.
  std::string last_id_;
  std::optional<Millis> retry_;
};

}  // namespace jungle::http

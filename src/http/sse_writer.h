// Writing text/event-stream.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace jungle::http {

// Frames events for Exchange::write() without copying their data. Reusable; keeps its memory. Pure.
class SseWriter {
 public:
  // The pieces of one event; each line of `data` becomes a data line. `event` and `id` are left out if empty; line
  // breaks in them would end the field, so what follows one is dropped. Views of the arguments and of this object:
  // valid until the next call.
  std::span<const std::string_view> event(std::string_view event, std::string_view data, std::string_view id);
  std::span<const std::string_view> event(std::string_view event, std::string_view data) {
    return this->event(event, data, {});
  }
  // A comment that keeps a quiet stream alive.
  static std::string_view keep_alive() { return ": keep-alive\n\n"; }

 private:
  std::vector<std::string_view> pieces_;
};

}  // namespace jungle::http

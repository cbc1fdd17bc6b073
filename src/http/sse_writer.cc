#include "http/sse_writer.h"

#include "http/line_end.h"

namespace jungle::http {
namespace {

std::string_view first_line(std::string_view text) { return text.substr(0, find_line_end(text)); }

}  // namespace

std::span<const std::string_view> SseWriter::event(std::string_view event, std::string_view data, std::string_view id) {
  pieces_.clear();
  const auto field = [this](std::string_view name, std::string_view value) {
    pieces_.push_back(name);
    pieces_.push_back(value);
    pieces_.push_back("\n");
  };
  if (!event.empty()) field("event: ", first_line(event));
  if (!id.empty()) field("id: ", first_line(id));
  for (;;) {
    const auto end = find_line_end(data);
    field("data: ", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(data.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  pieces_.push_back("\n");
  return pieces_;
}

}  // namespace jungle::http

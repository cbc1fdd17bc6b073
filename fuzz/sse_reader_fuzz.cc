// Event streams: however the bytes are cut, the events are the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/sse_reader.h"

namespace {

std::string read(std::string_view bytes, std::size_t part_bytes) {
  jungle::http::SseReader reader(4096);
  std::string events;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(part_bytes, bytes.size()))) {
    const std::string part(bytes.substr(0, part_bytes));
    reader.feed(part);
    for (;;) {
      const auto event = reader.next();
      if (!event) return events + "too large";
      if (!*event) break;
      events.append((*event)->event)
          .append("\n")
          .append((*event)->data)
          .append("\n")
          .append((*event)->id)
          .append("\n\n");
    }
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(bytes, bytes.size() + 1) != read(bytes, data[0] % 16 + 1)) std::abort();
  return 0;
}

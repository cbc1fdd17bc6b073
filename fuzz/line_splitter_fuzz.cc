// What a child process writes: however the bytes are cut, the lines are the same, and none is longer than the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "upstream/line_splitter.h"

using jungle::upstream::LineSplitter;

namespace {

std::string split(std::string_view bytes, std::size_t part_bytes, std::size_t bytes_max,
                  LineSplitter::TooLong too_long) {
  LineSplitter splitter(bytes_max, too_long);
  std::string lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(part_bytes, bytes.size()))) {
    const std::string part(bytes.substr(0, part_bytes));
    splitter.feed(part);
    while (const auto line = splitter.next()) {
      JUNGLE_CHECK(line->size() <= bytes_max && line->find('\n') == std::string::npos);
      lines.append(*line).append("\n");
    }
  }
  return lines + splitter.last() + "\n" + std::to_string(splitter.dropped());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t bytes_max = data[1] % 32 + 1;
  for (const auto too_long : {LineSplitter::TooLong::kDrop, LineSplitter::TooLong::kCut})
    JUNGLE_CHECK(split(bytes, size, bytes_max, too_long) == split(bytes, data[0] % 16 + 1, bytes_max, too_long));
  return 0;
}

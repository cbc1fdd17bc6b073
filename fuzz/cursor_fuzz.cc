// Cursors of clients: whatever is accepted is one that we could have made.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/list_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = jungle::gateway::parse_cursor(text);
  if (!cursor) return 0;
  const auto again = jungle::gateway::parse_cursor(jungle::gateway::make_cursor(cursor->generation, cursor->page));
  if (!again || again->generation != cursor->generation || again->page != cursor->page) std::abort();
  return 0;
}

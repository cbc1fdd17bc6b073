#include "upstream/backoff.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace jungle::upstream {

Millis random_part(Random& random, Millis all) {
  std::array<unsigned char, 2> bytes{};
  random.fill(bytes);
  const std::int64_t part = bytes[0] * 256 + bytes[1];
  return Millis(all.count() * part / 65536);
}

Millis backoff(Random& random, Millis first, Millis most, std::size_t failures) {
  Millis pause = std::min(first, most);
  for (; failures > 1 && pause < most; --failures)
    pause = std::min(pause * 2, most);
  return pause / 2 + random_part(random, pause / 2);
}

}  // namespace jungle::upstream

#include "base/random.h"

#include <cerrno>
#include <vector>

#include <sys/random.h>

#include "base/check.h"
#include "base/text.h"

namespace jungle {

void SystemRandom::fill(std::span<unsigned char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (n < 0 && errno == EINTR) continue;
    JUNGLE_CHECK(n > 0);  // Cannot fail on a kernel that runs us.
    done += static_cast<std::size_t>(n);
  }
}

std::string random_hex(Random& random, std::size_t bytes) {
  std::vector<unsigned char> raw(bytes);
  random.fill(raw);
  return hex_of(raw);
}

std::string random_uuid(Random& random) {
  std::vector<unsigned char> raw(16);
  random.fill(raw);
  raw[6] = static_cast<unsigned char>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<unsigned char>((raw[8] & 0x3f) | 0x80);
  std::string uuid = hex_of(raw);
  for (const std::size_t at : {20, 16, 12, 8})
    uuid.insert(at, "-");
  return uuid;
}

}  // namespace jungle

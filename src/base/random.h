// Randomness as an argument.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace jungle {

// The only source of random bytes. SystemRandom in main(), FakeRandom in tests. Callable from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;
};

// The kernel's generator (getrandom): fit for keys, session ids and tokens.
class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> bytes) override;
};

// `bytes` random bytes as lower-case hex.
std::string random_hex(Random& random, std::size_t bytes);
// A random UUID, version 4, RFC 9562.
std::string random_uuid(Random& random);

}  // namespace jungle

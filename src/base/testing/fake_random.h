// Random bytes that a test can predict.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace jungle::testing {

// Counts up from `seed`: every fill() differs, every run is the same. Single thread.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint8_t seed = 1) : next_(seed) {}
  void fill(std::span<unsigned char> bytes) override {
    for (unsigned char& byte : bytes)
      byte = next_++;
  }

 private:
  std::uint8_t next_;
};

}  // namespace jungle::testing

// Pauses between attempts.
#pragma once

#include <cstddef>

#include "base/random.h"
#include "base/time.h"

namespace jungle::upstream {

// A random part of `all`, so that what happens to many at once is not repeated by all at once.
Millis random_part(Random& random, Millis all);

// The pause before the next attempt after `failures` in a row: `first`, doubled for each one after the first up to
// `most`, and of that a random half to the whole.
Millis backoff(Random& random, Millis first, Millis most, std::size_t failures);

}  // namespace jungle::upstream

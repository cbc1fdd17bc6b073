// Comparing what must not be guessed byte by byte.
#pragma once

#include <string_view>

namespace jungle::crypto {

// Whether `a` and `b` are equal, in a time that tells their lengths only. For tokens, states, digests and signatures.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace jungle::crypto

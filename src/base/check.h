// Assertions that stay on in every build.
#pragma once

namespace jungle {

// Prints the place and ends the process. Not for input from a peer, a file or the database: those are Errors.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace jungle

// A programmer's mistake, never an operating error. On in all builds.
#define JUNGLE_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::jungle::check_failed(#condition, __FILE__, __LINE__))

#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace jungle {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: JUNGLE_CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace jungle

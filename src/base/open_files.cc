#include "base/open_files.h"

#include <optional>

namespace jungle {
namespace {

std::optional<rlimit> given;  // Before it was raised.

rlimit current_limit() {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

void raise_open_files_limit() {
  const rlimit before = current_limit();
  if (!given) given = before;
  const rlimit raised{before.rlim_max, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &raised);
}

rlimit given_open_files_limit() { return given ? *given : current_limit(); }

}  // namespace jungle

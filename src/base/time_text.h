// Times as text.
#pragma once

#include <string>

#include "base/time.h"

namespace jungle {

// RFC 3339 in UTC, with nanoseconds without trailing zeros: `2026-11-23T00:42:13.314835602Z`.
std::string rfc3339(SystemTime time);

}  // namespace jungle

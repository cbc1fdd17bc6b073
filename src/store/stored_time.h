// Times as the database holds them and as people see them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace jungle::store {

// `2026-11-23 00:42:13.314835602+00:00`, as MCPJungle writes it: nanoseconds without trailing zeros. Always UTC.
std::string stored_time(SystemTime time);
// The reverse. Other offsets count, `T` and `Z` may be there; without an offset it is UTC. Nothing for text in any
// other form, and for years that SystemTime cannot hold: MCPJungle writes the year 1 for "never".
std::optional<SystemTime> parse_stored_time(std::string_view stored);
// The RFC 3339 form of a stored time: `2026-11-23T00:42:13.314835602Z`; other offsets stay. Text in any other form, as
// other programs may have left it, is returned as it is.
std::string shown_time(std::string_view stored);

}  // namespace jungle::store

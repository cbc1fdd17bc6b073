// How urgent a log message is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jungle::mcp {

// RFC 5424 severities as MCP names them (server/utilities/logging), in the order of urgency: comparisons are
// meaningful.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };

// "warning".
std::string_view text_of(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

}  // namespace jungle::mcp

// How urgent a log message is.
#pragma once

#include <atomic>
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

// A level that threads share; at first there is none.
class SharedLogLevel {
 public:
  std::optional<LogLevel> load() const {
    const std::uint8_t value = value_.load(std::memory_order_relaxed);
    return value == 0 ? std::nullopt : std::optional(static_cast<LogLevel>(value - 1));
  }
  void store(LogLevel level) {
    value_.store(static_cast<std::uint8_t>(static_cast<std::uint8_t>(level) + 1), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint8_t> value_{0};  // The level's number plus one.
};

}  // namespace jungle::mcp

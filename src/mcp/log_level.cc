#include "mcp/log_level.h"

#include <array>

namespace jungle::mcp {
namespace {

constexpr std::array<std::string_view, 8> kTexts{"debug", "info",     "notice", "warning",
                                                 "error", "critical", "alert",  "emergency"};

}  // namespace

std::string_view text_of(LogLevel level) { return kTexts[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    if (text == kTexts[i]) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

}  // namespace jungle::mcp

// Log lines as text or JSON, on a stream.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telemetry/log.h"

namespace jungle::telemetry {

enum class LogFormat : std::uint8_t { kText, kJson };

// Writes events to standard error: text as `2026/11/23 00:41:14 [warn] message key=value`, JSON as one object a line.
// Owned by the application, outlives everything that logs. Callable from any thread; lines are never interleaved.
class LogSink final : public Log {
 public:
  LogSink(LogLevel level, LogFormat format);
  ~LogSink() override;
  bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view message, LogFields fields) override;

 private:
  struct Backend;
  LogLevel level_;
  LogFormat format_;
  std::unique_ptr<Backend> backend_;
};

// "debug" and so on, and "text" or "json". kInvalidArgument names what is accepted.
Result<LogLevel> parse_log_level(std::string_view text);
Result<LogFormat> parse_log_format(std::string_view text);

// The line without its time: pure, for LogSink and its tests. Control characters are escaped, so one event stays one
// line.
std::string render_text(LogLevel level, std::string_view message, LogFields fields);
std::string render_json(LogLevel level, std::string_view time, std::string_view message, LogFields fields);

}  // namespace jungle::telemetry

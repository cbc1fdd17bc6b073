#include "telemetry/log_sink.h"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/chrono.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/json_string.h"
#include "base/text.h"

namespace jungle::telemetry {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warn", "error"};
constexpr std::array kSpdlogLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                   spdlog::level::err};

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"=\\") != std::string_view::npos || !is_utf8(value) ||
         std::any_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

struct LogSink::Backend {
  spdlog::logger logger;
};

LogSink::LogSink(LogLevel level, LogFormat format)
    : level_(level),
      format_(format),
      backend_(std::make_unique<Backend>(
          Backend{spdlog::logger("mcpjungle", std::make_shared<spdlog::sinks::stderr_sink_mt>())})) {
  backend_->logger.set_level(spdlog::level::trace);
  backend_->logger.set_pattern(format == LogFormat::kText ? "%Y/%m/%d %H:%M:%S %v" : "%v");
  backend_->logger.flush_on(spdlog::level::trace);
}

LogSink::~LogSink() = default;

void LogSink::write(LogLevel level, std::string_view message, LogFields fields) {
  const auto spdlog_level = kSpdlogLevels[static_cast<std::size_t>(level)];
  if (format_ == LogFormat::kText) {
    backend_->logger.log(spdlog_level, "{}", render_text(level, message, fields));
    return;
  }
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto millis = now.time_since_epoch().count() % 1000;
  const std::string time =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
  backend_->logger.log(spdlog_level, "{}", render_json(level, time, message, fields));
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (text == kLevelNames[i]) return static_cast<LogLevel>(i);
  }
  return Error{ErrorCode::kInvalidArgument,
               "invalid log level '" + std::string(text) + "', valid levels are trace, debug, info, warn and error",
               {}};
}

Result<LogFormat> parse_log_format(std::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return Error{ErrorCode::kInvalidArgument,
               "invalid log format '" + std::string(text) + "', valid formats are text and json",
               {}};
}

std::string render_text(LogLevel level, std::string_view message, LogFields fields) {
  std::string line = "[" + std::string(kLevelNames[static_cast<std::size_t>(level)]) + "] ";
  append_json_escaped(line, message);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key()).append("=");
    if (!field.is_number() && needs_quotes(field.value())) {
      append_json_string(line, field.value());
    } else {
      line += field.value();
    }
  }
  return line;
}

std::string render_json(LogLevel level, std::string_view time, std::string_view message, LogFields fields) {
  std::string line = R"({"time":")" + std::string(time) + R"(","level":")" +
                     std::string(kLevelNames[static_cast<std::size_t>(level)]) + R"(","message":)";
  append_json_string(line, message);
  for (const LogField& field : fields) {
    line += ",";
    append_json_string(line, field.key());
    line += ":";
    if (field.is_number()) {
      line += field.value();
    } else {
      append_json_string(line, field.value());
    }
  }
  return line + "}";
}

}  // namespace jungle::telemetry

// Structured logging, handed to everything that logs.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace jungle::telemetry {

// error: a person must act. warn: degraded, we cope. info: the process or a server changed state, never per request.
// debug: per request. trace: bytes.
enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError };

// One key with its value. Text is borrowed for the duration of the log call; numbers and bools are rendered. There is
// no constructor for Secret, on purpose.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), text_(value) {}
  LogField(std::string_view key, const char* value) : key_(key), text_(value) {}
  LogField(std::string_view key, const std::string& value) : key_(key), text_(value) {}
  template <typename T>
  requires(std::integral<T> || std::floating_point<T>) LogField(std::string_view key, T value)
      : key_(key), number_(render(value)), is_number_(true) {}

  std::string_view key() const { return key_; }
  std::string_view value() const { return is_number_ ? std::string_view(number_) : text_; }
  bool is_number() const { return is_number_; }  // Also true and false: JSON without quotes.

 private:
  template <typename T>
  static std::string render(T value) {
    if constexpr (std::same_as<T, bool>) {
      return value ? "true" : "false";
    } else {
      return std::to_string(value);
    }
  }

  std::string_view key_;
  std::string_view text_;
  std::string number_;
  bool is_number_ = false;
};

using LogFields = std::initializer_list<LogField>;

// Where log events go. One line per event: a constant message and fields. Callable from any thread.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view message, LogFields fields) = 0;

  void trace(std::string_view message, LogFields fields = {}) { log(LogLevel::kTrace, message, fields); }
  void debug(std::string_view message, LogFields fields = {}) { log(LogLevel::kDebug, message, fields); }
  void info(std::string_view message, LogFields fields = {}) { log(LogLevel::kInfo, message, fields); }
  void warn(std::string_view message, LogFields fields = {}) { log(LogLevel::kWarn, message, fields); }
  void error(std::string_view message, LogFields fields = {}) { log(LogLevel::kError, message, fields); }

 private:
  void log(LogLevel level, std::string_view message, LogFields fields) {
    if (enabled(level)) write(level, message, fields);
  }
};

// Drops everything: for tests, and for callers that have nobody to tell.
class NullLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, LogFields) override {}
};

}  // namespace jungle::telemetry

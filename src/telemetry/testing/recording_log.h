// A log that a test can read.
#pragma once

#include <string>
#include <vector>

#include "base/guarded.h"
#include "telemetry/log.h"

namespace jungle::telemetry::testing {

// Keeps every line as "message key=value ...". Callable from any thread.
class RecordingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view message, LogFields fields) override {
    std::string line(message);
    for (const LogField& field : fields)
      line.append(" ").append(field.key()).append("=").append(field.value());
    lines_.with([&](std::vector<std::string>& lines) { lines.push_back(std::move(line)); });
  }
  std::vector<std::string> lines() const {
    return lines_.with([](const std::vector<std::string>& lines) { return lines; });
  }
  bool contains(std::string_view text) const {
    for (const std::string& line : lines()) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }

 private:
  Guarded<std::vector<std::string>> lines_;
};

}  // namespace jungle::telemetry::testing

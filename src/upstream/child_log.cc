#include "upstream/child_log.h"

#include <utility>

namespace jungle::upstream {

bool ChildLog::may_log() {
  const SteadyTime now = time_.steady_now();
  if (now - second_start_ >= Seconds(1)) {
    if (dropped_ > 0) {
      log_.warn("lines of a server's standard error were not logged: too many",
                {{"server", server_}, {"lines", dropped_}});
    }
    second_start_ = now;
    lines_this_second_ = 0;
    dropped_ = 0;
  }
  if (++lines_this_second_ <= kStderrLinesPerSecond) return true;
  ++dropped_;
  return false;
}

void ChildLog::take(std::string line) {
  if (line.empty()) return;
  line = redactor_.redacted_piece(std::move(line));  // Long lines come in pieces.
  if (log_.enabled(telemetry::LogLevel::kInfo) && may_log()) {
    log_.info("['" + server_ + "' MCP STDERR] " + line, {{"server", server_}});
  }
  tail_bytes_ += line.size();
  tail_.push_back(std::move(line));
  while (tail_.size() > kStderrTailLines || (tail_bytes_ > kStderrTailBytes && tail_.size() > 1)) {
    tail_bytes_ -= tail_.front().size();
    tail_.pop_front();
  }
}

std::string ChildLog::tail() const {
  std::string text;
  for (const std::string& line : tail_) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

}  // namespace jungle::upstream

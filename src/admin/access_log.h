// One line per HTTP exchange.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "admin/line_writer.h"
#include "base/deadline_list.h"
#include "base/time.h"
#include "http/server.h"
#include "telemetry/log_sink.h"

namespace jungle::admin {

// A worker hands its lines over when it has so many bytes of them, or at its next sweep (DeadlineList::kTick).
inline constexpr std::size_t kAccessLogBatchBytes = 32 * 1024;

// Writes MCPJungle's access log, byte by byte as its users' tools expect it:
//   [GIN] 2026/11/23 - 00:47:19 | 200 |       1.043ms |       127.0.0.1 | POST     "/mcp"
// or one JSON object a line. One per worker, on its executor: formatting takes no lock, lines leave in batches. An
// exchange whose peer left before the answer has the status 499.
class AccessLog final : public http::AccessLog {
 public:
  AccessLog(Time& time, DeadlineList& deadlines, LineWriter& writer, telemetry::LogFormat format);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog() override;  // Hands over what is left.

  void exchange_done(const http::AccessRecord& record) override;

 private:
  void append_text(const http::AccessRecord& record);
  void append_json(const http::AccessRecord& record, Millis fraction);
  void flush();

  Time& time_;
  DeadlineList& deadlines_;
  LineWriter& writer_;
  const telemetry::LogFormat format_;
  std::string lines_;
  std::chrono::time_point<std::chrono::system_clock, Seconds> second_;  // What second_text_ says.
  std::string second_text_;  // "2026/11/23 - 00:47:19", local time; in JSON "2026-11-23T00:47:19", UTC.
  DeadlineList::Entry flush_at_;
};

// As Go prints a time.Duration: 850ns, 12.5µs, 1.043ms, 2.5s, 1m5s.
std::string go_duration(std::chrono::nanoseconds duration);

}  // namespace jungle::admin

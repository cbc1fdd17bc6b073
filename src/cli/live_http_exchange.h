// HttpExchange over real connections.
#pragma once

#include <cstddef>
#include <memory>

#include "base/time.h"
#include "cli/http_exchange.h"
#include "telemetry/log.h"

namespace jungle::cli {

inline constexpr std::size_t kAnswerBytesMax = 256 * 1024 * 1024;  // A tool's result may hold films.

// Sends requests with http::Client on an io_context of its own, which runs only while send() does. Connections are
// kept from one request to the next; the machinery is set up by the first.
//
// Owned by main(); single thread; blocks.
class LiveHttpExchange final : public HttpExchange {
 public:
  LiveHttpExchange(Time& time, telemetry::Log& log);
  ~LiveHttpExchange() override;
  Result<HttpAnswer> send(const HttpCall& call) override;

 private:
  struct Engine;
  Time& time_;
  telemetry::Log& log_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace jungle::cli

// The HTTP/1.1 server of one worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/handler.h"
#include "http/limits.h"
#include "telemetry/log.h"

namespace jungle::http {

// What an access log learns about an exchange. Text is borrowed for the duration of exchange_done().
struct AccessRecord {
  std::string_view method;
  std::string_view target;
  std::string_view peer;
  int status = 0;  // 0: the peer went away before there was an answer.
  std::uint64_t answer_bytes = 0;
  std::chrono::nanoseconds duration{};
};

// Told about every exchange that reached the handler, on the worker's thread, when it is over.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  virtual void exchange_done(const AccessRecord& record) = 0;
};

struct ServerOptions {
  std::size_t body_bytes_max = kBodyBytesMax;
  std::size_t connections_max = kConnectionsMax;
  AccessLog* access_log = nullptr;  // Costs nothing when null. Outlives the server.
};

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

// Whether listen() refuses a port on which somebody listens already, or joins its own siblings there.
enum class Sharing : std::uint8_t { kFirst, kSibling };

// Accepts connections and hands their requests to a Handler: HTTP/1.1 and 1.0, keep-alive, pipelined requests one
// after the other, chunked bodies, Expect: 100-continue (RFC 9110, RFC 9112). What is malformed or over a limit of
// limits.h is answered here ({"error": ...}) and never reaches the handler.
//
// One per worker, owned by it; everything runs on `executor`. Workers share a port through SO_REUSEPORT. Does not
// speak TLS or HTTP/2 (a proxy in front does), does not route, does not compress.
class Server {
 public:
  Server(Executor executor, Time& time, DeadlineList& deadlines, telemetry::Log& log, Handler& handler,
         ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // REQUIRES: never started, or stop() has returned.

  // Binds and listens. `address` is a numeric IPv4 or IPv6 address; port 0 takes a free one, and the returned endpoint
  // says which, so that siblings can join it. kInvalidArgument (not an address), kConflict (port in use),
  // kPermissionDenied, kUnavailable.
  Result<Endpoint> listen(std::string_view address, std::uint16_t port, Sharing sharing = Sharing::kFirst);
  // Starts to accept. REQUIRES: listen() succeeded.
  void start();
  // Stops accepting, closes idle connections, cancels streams (kShutdown). Calls in flight may finish until `force_at`,
  // then are cancelled. Returns when the last connection has ended.
  Task<void> stop(SteadyTime force_at);

  std::size_t connection_count() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace jungle::http

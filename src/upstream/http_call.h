// The inside of HttpUpstream.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "upstream/http_upstream.h"

namespace jungle::upstream {

// What one call carries through its attempts.
struct HttpUpstream::Call {
  mcp::Request& request;
  const mcp::CallContext& context;
  mcp::EventSink& events;
  HttpLane& lane;
  const ServerHealth::Sight sight;
  // The server's, or one of this call's own, which carries fields of its client: then nothing of it is shared.
  const std::shared_ptr<const HttpEndpoint>& endpoint;
  oauth::TokenSource* tokens = nullptr;   // Null where there are none, or the call has another credential.
  oauth::AccessTokenPtr token = nullptr;  // What its requests present; null where there are no tokens.
  bool token_replaced = false;            // It was refused once.
  bool has_own_session = false;           // One that nobody else uses.
  std::shared_ptr<const catalog::ServerEntry> listing = nullptr;  // Whose `param_headers` the request has now.
};

// How an attempt ended. kSessionGone: the server certainly did not run the call. kEraDoubted: it refused the call the
// way a server of the other era does; if it turns out to be one, it certainly did not run it either. kTokenRefused,
// kHeadersRefused, kRevisionRefused: it did not run it.
struct HttpUpstream::Outcome {
  enum class Kind : std::uint8_t { kDone, kSessionGone, kEraDoubted, kTokenRefused, kHeadersRefused, kRevisionRefused };
  Kind kind = Kind::kDone;
  Result<mcp::Response> answer;
  std::uint64_t given_up_id = 0;        // A request that the server may still be working on,
  std::string given_up_task;            // as the task of these `tasks/cancel` params, if they are not empty.
  bool doubts_era = false;              // It ran the call, but answered as one of the other era.
  std::optional<Millis> task_lifetime;  // The session stays for a task, so long.
};

// Counts a call while it uses a shared session, and notes when it ended.
class UseOfLink {
 public:
  UseOfLink(const HttpLink& link, const DeadlineList& clock) : link_(link), clock_(clock) {
    if (!link_.session_id.empty()) link_.calls_in_flight.fetch_add(1, std::memory_order_relaxed);
  }
  UseOfLink(const UseOfLink&) = delete;
  UseOfLink& operator=(const UseOfLink&) = delete;
  ~UseOfLink() {
    if (link_.session_id.empty()) return;
    link_.last_use.store(clock_.coarse_now().time_since_epoch().count(), std::memory_order_relaxed);
    link_.calls_in_flight.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  const HttpLink& link_;
  const DeadlineList& clock_;
};

}  // namespace jungle::upstream

// The sessions of legacy clients.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.h"
#include "base/random.h"
#include "base/time.h"
#include "downstream/replay_stream.h"
#include "downstream/sse_session.h"
#include "downstream/watch_list.h"
#include "mcp/call_context.h"
#include "mcp/log_level.h"
#include "mcp/request.h"
#include "mcp/response.h"
#include "mcp/revision.h"

namespace jungle::downstream {

// What `initialize` settled with one legacy client (MCP 2025-11-25 basic/lifecycle). Shared by the workers; the fields
// are constant after construction except where they say otherwise. An id is no credential: it counts only together with
// the principal and the endpoint that it was made for.
struct ClientSession {
  std::string id;
  std::string scope;  // As CallContext::scope.
  mcp::PrincipalId principal;
  mcp::Revision revision = mcp::kNewestLegacy;
  mcp::ClientCapabilities capabilities;
  std::string client_info;

  std::atomic<bool> ended{false};
  std::atomic<SteadyTime> last_used{};          // Within a DeadlineList tick.
  std::atomic<std::uint32_t> stream_serial{0};  // The newest standalone stream; older ones end.
  std::atomic<std::uint32_t> open_streams{0};
  std::atomic<std::uint64_t> next_question{1};  // The id of our next request to the client.
  mcp::SharedLogLevel log_level;                // Of `logging/setLevel`.
  ReplayStore replay;
  WatchList watched;  // `resources/subscribe`.

  // It takes no more requests, and watches nothing.
  void end() {
    ended = true;
    watched.close();
  }
};

// Requests that a session keeps: they never get to the service.
constexpr bool changes_subscriptions(mcp::Method method) {
  return method == mcp::Method::kResourcesSubscribe || method == mcp::Method::kResourcesUnsubscribe;
}

// What a session answers by itself: `ping` and `logging/setLevel`.
std::optional<mcp::Response> answer_by_session(ClientSession& session, const mcp::Request& request);

// All legacy sessions, by id. One per process. Callable from any thread; endpoints ask it once per session and worker.
class SessionTable {
 public:
  explicit SessionTable(Random& random) : random_(random) {}

  // Takes the session in under a new id, `mcp-session-<uuid>` as MCPJungle makes them.
  void add(const std::shared_ptr<ClientSession>& session, SteadyTime now);
  std::shared_ptr<ClientSession> find(const std::string& id) const;  // nullptr if unknown or ended.
  void end(ClientSession& session);
  // Ends sessions that have not been used for kSessionIdleTime, and lets what others watch rest after kWatchIdleTime.
  void end_idle(SteadyTime now);
  std::size_t size() const;

  // The sessions of HTTP+SSE, which have ids of their own and end with their streams.
  std::shared_ptr<SseSession> open_sse();
  std::shared_ptr<SseSession> find_sse(const std::string& id) const;  // nullptr if unknown or closed.
  void close_sse(const SseSession& session);

 private:
  using Sessions = std::unordered_map<std::string, std::shared_ptr<ClientSession>>;
  Random& random_;
  Guarded<Sessions> sessions_;
  Guarded<std::unordered_map<std::string, std::shared_ptr<SseSession>>> sse_;
};

}  // namespace jungle::downstream

#include <array>
#include <utility>

#include "base/text.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"

namespace jungle::downstream {
namespace {

constexpr std::string_view kToolsChanged =
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})";
constexpr std::string_view kPromptsChanged =
    R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{}})";
constexpr std::string_view kResourcesChanged =
    R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed","params":{}})";

// Takes a stream's place in the session's count for as long as it lives.
class StreamCount {
 public:
  explicit StreamCount(ClientSession& session) : session_(session) { ++session_.open_streams; }
  StreamCount(const StreamCount&) = delete;
  StreamCount& operator=(const StreamCount&) = delete;
  ~StreamCount() { --session_.open_streams; }

 private:
  ClientSession& session_;
};

Task<Result<void>> start_event_stream(http::Exchange& exchange) {
  const std::array<http::Header, 2> headers{http::Header{"Cache-Control", "no-cache"},
                                            http::Header{"X-Accel-Buffering", "no"}};
  const http::ResponseHead head{200, "text/event-stream", headers};
  co_return co_await exchange.start_stream(head);
}

// The client may be gone, or the stream cancelled by a shutdown: either way this is the last that is written.
Task<void> end_event_stream(http::Exchange& exchange) {
  co_await exchange.reset_cancellation();
  const auto ended = co_await exchange.finish();
  (void)ended;
}

Task<Result<void>> write_message(http::Exchange& exchange, std::string_view message, std::string_view id) {
  http::SseWriter sse;
  const auto pieces = sse.event("message", message, id);
  co_return co_await exchange.write(pieces);
}

}  // namespace

// The session that a request names. kInvalidArgument if it names none, kNotFound if it is not one of this client and
// endpoint: the client must then initialize anew (MCP 2025-11-25 basic/transports "Session Management").
Result<McpEndpoint::Session> McpEndpoint::session_of(http::Exchange& exchange, std::string_view scope) {
  const auto header = exchange.header("mcp-session-id");
  if (!header) {
    return Error{
        ErrorCode::kInvalidArgument,
        "Mcp-Session-Id header is missing: send an initialize request first, then its session id with every request",
        {}};
  }
  const std::string id(*header);
  Session session;
  if (const auto known = known_sessions_.find(id); known != known_sessions_.end()) {
    session = known->second;
    if (session->ended) known_sessions_.erase(known);
  } else if ((session = sessions_.find(id))) {
    if (known_sessions_.size() >= kSessionCacheMax) known_sessions_.clear();
    known_sessions_.emplace(id, session);
  }
  if (!session || session->ended || session->scope != scope) {
    return Error{ErrorCode::kNotFound, "Invalid session ID: the session is unknown or has ended; initialize again", {}};
  }
  session->last_used = exchange.deadlines().coarse_now();
  return session;
}

// Answers a request whose session session_of() refused. Without a session id a POST is malformed (400), and GET and
// DELETE have nothing to work on: they are answered as a modern server answers them (405).
Task<void> McpEndpoint::refuse_session(http::Exchange& exchange, std::string id, const Error& why) {
  const int without_id = exchange.method() == "POST" ? 400 : 405;
  const int status = why.code == ErrorCode::kNotFound ? 404 : without_id;
  return answer(exchange, status, std::move(id), mcp::Response::error(mcp::kInvalidRequest, why.message));
}

Task<void> McpEndpoint::open_stream(http::Exchange& exchange, std::string_view scope) {
  auto session = session_of(exchange, scope);
  if (!session) co_return co_await refuse_session(exchange, std::string(), session.error());
  if (!accepts_stream(exchange)) {
    auto error = mcp::Response::error(mcp::kInvalidRequest, "Not Acceptable: the client must accept text/event-stream");
    co_return co_await answer(exchange, 406, std::string(), std::move(error));
  }
  const StreamCount count(**session);
  if (const auto last = exchange.header("last-event-id")) {
    if (auto position = (*session)->replay.find(trimmed(*last))) {
      co_return co_await resume(exchange, *session, std::move(*position));
    }
  }
  const std::uint32_t serial = ++(*session)->stream_serial;
  peers_.tell_all([session = *session](McpEndpoint& peer) { peer.session_changed(*session); });
  co_return co_await run_stream(exchange, *session, serial);
}

// False once the stream shall end. Writes comments while there are no news.
Task<bool> McpEndpoint::wait_for_news(http::Exchange& exchange, OpenStream& stream) {
  bool quiet = false;
  DeadlineList::Entry keep_alive([&] {
    quiet = true;
    stream.news.notify_all();
  });
  exchange.deadlines().arm(keep_alive, exchange.deadlines().coarse_now() + kKeepAliveTime);
  const bool woken = co_await stream.news.wait();
  if (!woken) co_return false;
  if (!quiet) co_return true;
  const std::array<std::string_view, 1> comment{http::SseWriter::keep_alive()};
  const auto written = co_await exchange.write(comment);
  co_return written.has_value();
}

// The standalone stream of a session: changes of the lists. One per session; a newer one ends it.
Task<void> McpEndpoint::run_stream(http::Exchange& exchange, const Session& session, std::uint32_t serial) {
  const auto started = co_await start_event_stream(exchange);
  if (!started) co_return;
  OpenStream stream(executor_);
  stream.session = session.get();
  streams_.push_back(stream);
  while (!session->ended && session->stream_serial == serial) {
    const ListChange change = std::exchange(stream.pending, ListChange{});
    for (const auto& [changed, message] :
         {std::pair(change.tools, kToolsChanged), std::pair(change.prompts, kPromptsChanged),
          std::pair(change.resources, kResourcesChanged)}) {
      if (!changed) continue;
      const auto written = co_await write_message(exchange, message, std::string_view());
      if (!written) co_return;
    }
    if (stream.pending.any()) continue;
    const bool more = co_await wait_for_news(exchange, stream);
    if (!more) break;
  }
  co_await end_event_stream(exchange);
}

// Sends what a broken answer stream had after `position`, and goes on with it until its call has ended.
Task<void> McpEndpoint::resume(http::Exchange& exchange, const Session& session, ReplayStore::Position position) {
  const auto started = co_await start_event_stream(exchange);
  if (!started) co_return;
  exchange.set_shutdown(http::Shutdown::kFinish);  // As on the stream that broke: it ends when the call does.
  OpenStream stream(executor_);
  stream.session = session.get();
  stream.resumed = position.stream.get();
  position.stream->followed = true;
  streams_.push_back(stream);
  while (!session->ended) {
    const ReplayStream::Part part = position.stream->after(position.number);
    for (const StreamEvent& event : part.events) {
      const std::string id = position.stream->event_id(event.number);
      const auto written = co_await write_message(exchange, event.message, id);
      if (!written) co_return;
      position.number = event.number;
    }
    if (part.ended) break;
    const bool more = co_await wait_for_news(exchange, stream);
    if (!more) break;
  }
  co_await end_event_stream(exchange);
}

Task<void> McpEndpoint::end_session(http::Exchange& exchange, std::string_view scope) {
  auto session = session_of(exchange, scope);
  if (!session) co_return co_await refuse_session(exchange, std::string(), session.error());
  sessions_.end(**session);
  peers_.tell_all([session = *session](McpEndpoint& peer) { peer.session_changed(*session); });
  const auto written = co_await exchange.respond(200, std::string_view(), std::string_view());
  (void)written;
}

void McpEndpoint::lists_changed(const ListChanges& changes) {
  for (OpenStream& stream : streams_) {
    const auto found = changes.find(stream.session->scope);
    if (found == changes.end() || stream.resumed != nullptr) continue;
    stream.pending.add(found->second);
    stream.news.notify_all();
  }
}

void McpEndpoint::session_changed(const ClientSession& session) {
  for (OpenStream& stream : streams_) {
    if (stream.session == &session) stream.news.notify_all();
  }
  if (!session.ended) return;
  for (RunningCall& call : running_) {
    if (call.session == &session) call.exchange->cancel(http::CancelReason::kRequested);
  }
}

void McpEndpoint::cancel_call(const ClientSession& session, const std::string& id) {
  for (RunningCall& call : running_) {
    if (call.session == &session && call.id == id) call.exchange->cancel(http::CancelReason::kRequested);
  }
}

void McpEndpoint::stream_grew(const ReplayStream& stream) {
  for (OpenStream& open : streams_) {
    if (open.resumed == &stream) open.news.notify_all();
  }
}

}  // namespace jungle::downstream

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"

namespace jungle::downstream {
namespace {

// Takes a stream's place in the session's count for as long as it lives, and notes when it ended.
class StreamCount {
 public:
  StreamCount(ClientSession& session, const DeadlineList& clock) : session_(session), clock_(clock) {
    ++session_.open_streams;
  }
  StreamCount(const StreamCount&) = delete;
  StreamCount& operator=(const StreamCount&) = delete;
  ~StreamCount() {
    session_.last_used = clock_.coarse_now();
    --session_.open_streams;
  }

 private:
  ClientSession& session_;
  const DeadlineList& clock_;
};

// Keeps what a session watches from resting.
class WatchingStream {
 public:
  explicit WatchingStream(WatchList& watched) : watched_(watched), rested_(watched.begin_stream()) {}
  WatchingStream(const WatchingStream&) = delete;
  WatchingStream& operator=(const WatchingStream&) = delete;
  ~WatchingStream() { watched_.end_stream(); }
  // Until now.
  const std::vector<std::string>& rested() const { return rested_; }

 private:
  WatchList& watched_;
  const std::vector<std::string> rested_;
};

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
  const StreamCount count(**session, exchange.deadlines());
  if (const auto last = exchange.header("last-event-id")) {
    if (auto position = (*session)->replay.find(trimmed(*last), exchange.deadlines().coarse_now())) {
      co_return co_await resume(exchange, *session, std::move(*position));
    }
  }
  const std::uint32_t serial = ++(*session)->stream_serial;
  peers_.tell_all([session = *session](McpEndpoint& peer) { peer.session_changed(*session); });
  co_return co_await run_stream(exchange, *session, serial);
}

// The standalone stream of a session: changes of lists and of resources. One per session; a newer one ends it.
Task<void> McpEndpoint::run_stream(http::Exchange& exchange, const Session& session, std::uint32_t serial) {
  ChangeStream stream(executor_);
  stream.scope = session->scope;
  stream.session = session.get();
  stream.wanted = ListChange{true, true, true};
  stream.watched = &session->watched;
  streams_.push_back(stream);
  const WatchingStream watching(session->watched);
  const auto started = co_await start_event_stream(exchange, std::string_view(), std::string_view());
  if (!started) co_return;
  co_await watch_again(exchange, session, watching.rested());
  // It was not told of what changed meanwhile.
  for (const std::string& uri : watching.rested())
    stream.add_update(uri);
  while (!session->ended && session->stream_serial == serial) {
    const auto written = co_await write_news(exchange, stream);
    if (!written) co_return;
    if (stream.has_news()) continue;
    const bool more = co_await wait_for_news(exchange, stream);
    if (!more) break;
  }
  co_await end_event_stream(exchange);
}

// What cannot be watched now rests on, until the next stream: reading it, the client learns why.
Task<void> McpEndpoint::watch_again(http::Exchange& exchange, const Session& session, std::vector<std::string> uris) {
  if (uris.empty()) co_return;
  mcp::CallContext call = session_call(exchange, session);
  std::function<Watching(std::string)> watch = [this, &call](std::string uri) {
    return feed_.watch(std::move(uri), call);
  };
  const auto watched = co_await watch_all(std::move(uris), std::move(watch), session->watched);
  (void)watched;
  exchange.set_deadline(kNever);
}

// Sends what a broken answer stream had after `position`, and goes on with it until its call has ended.
Task<void> McpEndpoint::resume(http::Exchange& exchange, const Session& session, ReplayStore::Position position) {
  const auto started = co_await start_event_stream(exchange, std::string_view(), std::string_view());
  if (!started) co_return;
  exchange.set_shutdown(http::Shutdown::kFinish);  // As on the stream that broke: it ends when the call does.
  ChangeStream stream(executor_);
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
  for (ChangeStream& stream : streams_) {
    const auto found = changes.find(stream.scope);
    if (found != changes.end()) stream.add(found->second);
  }
}

void McpEndpoint::session_changed(const ClientSession& session) {
  for (ChangeStream& stream : streams_) {
    if (stream.session == &session) stream.news.notify_all();
  }
  if (!session.ended) return;
  for (RunningCall& call : running_) {
    if (call.session == &session) call.cancel();
  }
}

void McpEndpoint::cancel_call(const ClientSession& session, const std::string& id) {
  for (RunningCall& call : running_) {
    if (call.session == &session && call.id == id) call.cancel();
  }
}

void McpEndpoint::stream_grew(const ReplayStream& stream) {
  for (ChangeStream& open : streams_) {
    if (open.resumed == &stream) open.news.notify_all();
  }
}

}  // namespace jungle::downstream

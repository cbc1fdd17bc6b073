// The GET stream of HTTP+SSE (MCP 2024-11-05 basic/transports).
#include "downstream/limits.h"
#include "downstream/listen_place.h"
#include "downstream/mcp_endpoint.h"

namespace jungle::downstream {
namespace {

// Ends a session with its stream.
class SseEnd {
 public:
  SseEnd(SessionTable& sessions, const EndpointPeers& peers, SseSession& sse)
      : sessions_(sessions), peers_(peers), sse_(sse) {}
  SseEnd(const SseEnd&) = delete;
  SseEnd& operator=(const SseEnd&) = delete;
  ~SseEnd() {
    sessions_.close_sse(sse_);
    if (const auto client = sse_.end()) peers_.tell_all([client](McpEndpoint& peer) { peer.session_changed(*client); });
  }

 private:
  SessionTable& sessions_;
  const EndpointPeers& peers_;
  SseSession& sse_;
};

}  // namespace

Task<void> McpEndpoint::handle_sse(http::Exchange& exchange) {
  if (exchange.method() != "GET") {
    const auto refused = co_await exchange.respond(405, "text/plain; charset=utf-8", "Method not allowed\n");
    (void)refused;
    co_return;
  }
  const ListenPlace place(listens_, kAnonymous);
  if (place.is_one_too_many()) co_return co_await refuse_listener(exchange, std::string());
  const auto sse = sessions_.open_sse();
  const SseEnd end(sessions_, peers_, *sse);
  ChangeStream stream(executor_);
  stream.sse = sse.get();
  stream.exchange = &exchange;
  streams_.push_back(stream);
  const std::string address = "/message?sessionId=" + sse->id();
  const auto started = co_await start_event_stream(exchange, "endpoint", address);
  if (!started) co_return;
  co_await run_sse(exchange, *sse, stream);
  if (!sse->overflowed()) co_return co_await end_event_stream(exchange);
  log_.warn("a client of HTTP+SSE does not read what it asked for: its session ends",
            {{"waiting_bytes_max", kSseWaitingBytesMax}});
}

// Until the client hangs up, reads nothing of too much, or the gateway stops.
Task<void> McpEndpoint::run_sse(http::Exchange& exchange, SseSession& sse, ChangeStream& stream) {
  Session client;
  while (!sse.ended()) {
    if (!client && (client = sse.client())) {
      stream.session = client.get();
      stream.watched = &client->watched;
      stream.wanted = ListChange{true, true, true};
    }
    const SseSession::Taken waited = sse.take();
    if (waited.dropped > 0) {
      log_.info("notifications for a client of HTTP+SSE that reads slowly were dropped", {{"count", waited.dropped}});
    }
    for (const std::string& message : waited.messages) {
      const auto written = co_await write_message(exchange, message, std::string_view());
      if (!written) co_return;
    }
    const bool has_news = stream.has_news();
    const auto told = co_await write_news(exchange, stream);
    if (!told) co_return;
    if (!waited.messages.empty() || has_news) continue;  // Whoever looked away while it wrote looks again.
    const bool more = co_await wait_for_news(exchange, stream);
    if (!more) co_return;
  }
}

void McpEndpoint::sse_grew(const std::string& id) {
  for (ChangeStream& stream : streams_) {
    if (stream.sse == nullptr || stream.sse->id() != id) continue;
    stream.news.notify_all();
    if (stream.sse->overflowed()) stream.exchange->cancel(http::CancelReason::kRequested);
  }
}

}  // namespace jungle::downstream

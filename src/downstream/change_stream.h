// Streams on which clients hear of changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "downstream/endpoint_peers.h"
#include "downstream/replay_stream.h"
#include "downstream/watch_list.h"
#include "http/exchange.h"

namespace jungle::downstream {

struct ClientSession;
class SseSession;

// The GET stream of a legacy session or of HTTP+SSE, or `subscriptions/listen` of a modern client: what it wants to
// hear, and what it was not told yet. A thing that changes again before it was told is told once, so what waits for a
// slow reader is no more than what it subscribed to.
//
// Lives in the frame of its exchange, linked into its endpoint; on the endpoint's executor.
struct ChangeStream : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit ChangeStream(Executor executor) : news(executor) {}

  std::string_view scope;
  std::string subscription_id;             // Raw JSON: the id of the `subscriptions/listen`. Empty for legacy clients.
  ListChange wanted;                       // Which lists.
  const WatchList* watched = nullptr;      // Which resources; null: none.
  const WatchList* tasks = nullptr;        // Which tasks; null: none.
  const SseSession* sse = nullptr;         // Of a client of HTTP+SSE, which hears everything here.
  http::Exchange* exchange = nullptr;      // With `sse`: ended with it, in the middle of a write if need be.
  const ClientSession* session = nullptr;  // Of a legacy client.
  const ReplayStream* resumed = nullptr;   // The answer stream that is replayed here, if any: then there are no news.

  ListChange pending;
  std::vector<std::string> updated;        // URIs as the client knows them, each once.
  std::vector<std::string> changed_tasks;  // Likewise their ids.
  Signal news;

  bool has_news() const { return pending.any() || !updated.empty() || !changed_tasks.empty(); }
  void add(const ListChange& change);
  void add_update(std::string uri);
  void add_task(std::string id);
};

// Begins to answer with an event stream, and its first event if `data` is not empty.
Task<Result<void>> start_event_stream(http::Exchange& exchange, std::string_view event, std::string_view data);
Task<Result<void>> write_message(http::Exchange& exchange, std::string_view message, std::string_view event_id);
// Writes what `stream` was not told yet, and forgets it; but for tasks, whose state is asked for first.
Task<Result<void>> write_news(http::Exchange& exchange, ChangeStream& stream);
// Waits for news, writing comments while there are none. False once the stream shall end.
Task<bool> wait_for_news(http::Exchange& exchange, ChangeStream& stream);
// The client may be gone, or the stream cancelled by a shutdown: either way this is the last that is written.
Task<void> end_event_stream(http::Exchange& exchange);

}  // namespace jungle::downstream

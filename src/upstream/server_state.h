// What the process knows about one registered server.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/task.h"
#include "catalog/discovery.h"
#include "catalog/entry.h"
#include "oauth/token_source.h"
#include "upstream/channel_home.h"
#include "upstream/era.h"
#include "upstream/homes.h"
#include "upstream/http_home.h"
#include "upstream/parked_calls.h"
#include "upstream/relister.h"
#include "upstream/server_facts.h"
#include "upstream/server_health.h"
#include "upstream/server_news.h"
#include "upstream/server_watch.h"
#include "upstream/session_stream.h"
#include "upstream/spawner.h"
#include "upstream/sse_channel.h"
#include "upstream/task_talk.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// What the servers have in common. Outlives them.
struct CommonParts {
  Spawner& spawner;
  Relister& relister;
  ResourceWatches& watches;
  HealthBoard& health;
  Random& random;
};

// Shared by all workers: by their services of this server, and by calls in flight, which may outlive its registration.
// The atomics may be used on any executor, the homes on the home worker's only.
class ServerState {
 public:
  // `source` is where the server's tokens come from; null: there are none.
  ServerState(const catalog::ServerEntry& server, const UpstreamOptions& options, Worker& home_worker,
              const CommonParts& common, std::shared_ptr<oauth::TokenSource> source);

  const std::shared_ptr<const ServerFacts> facts;
  Worker& home;  // Whose executor keeps what cannot be everywhere.
  Relister& relister;
  const std::shared_ptr<ServerHealth> health;
  const std::shared_ptr<const ServerNews> news;
  std::atomic<Era> era;
  std::atomic<std::uint64_t> ids{1};  // Our requests, whatever session they go to.
  std::atomic<bool> retired{false};   // Deregistered or replaced.
  // Null for stdio, and if the URL is none.
  const std::shared_ptr<const HttpEndpoint> endpoint;
  // Null too where the registration has an Authorization of its own, which is then the only one.
  const std::shared_ptr<oauth::TokenSource> tokens;
  // For stdio and HTTP+SSE, else null, and without an endpoint where there must be one.
  const std::unique_ptr<Homes<ChannelHome>> channels;
  const std::unique_ptr<ChannelHome> listening;  // Of an HTTP+SSE server: the session for news alone.
  const std::unique_ptr<Homes<HttpHome>> http;   // For streamable HTTP, likewise.
  SessionStreams streams;                        // Of its sessions.

  // What a legacy process has for clients that can do more than those of channels->first(); null: not known. On the
  // control executor, for the discoverer.
  std::shared_ptr<const catalog::Discovery> for_capable;

  ParkedCalls parked;
  TaskTalks talks;
  const std::unique_ptr<ServerWatch> watch;  // Null where there is nothing to listen to.

  // What SSE channels to the server start with. REQUIRES: it has an endpoint.
  SsePlace sse_place() const { return SsePlace{home, facts, endpoint, tokens}; }

  // Ends its sessions and processes. On the home executor; see ChannelHome::end. REQUIRES: as there.
  Task<void> end(ChannelHome::Ending how);
};

}  // namespace jungle::upstream

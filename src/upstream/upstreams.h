// All upstream servers of this process.
#pragma once

#include <memory>
#include <vector>

#include "base/guarded.h"
#include "base/random.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/snapshot.h"
#include "oauth/token_source.h"
#include "telemetry/log.h"
#include "upstream/options.h"
#include "upstream/relister.h"
#include "upstream/resource_watches.h"
#include "upstream/server_health.h"

namespace jungle::upstream {

class ServerState;
class Spawner;
class WorkerDirectory;

// What all workers know together about the registered servers: eras, shared sessions, child processes. One per process.
//
// Order of use: construct; construct a WorkerDirectory per worker; start the threads; ...; when no call is left,
// stop(); only then end the workers' threads. Lives on the control executor; state_of() may be called from any thread.
class Upstreams {
 public:
  // `random` and `tokens` outlive it.
  Upstreams(Executor control, Time& time, telemetry::Log& log, Random& random, oauth::TokenDirectory& tokens,
            UpstreamOptions options);
  Upstreams(const Upstreams&) = delete;
  Upstreams& operator=(const Upstreams&) = delete;
  ~Upstreams();  // REQUIRES: stop() has returned.

  // How a server is listed anew whose answer shows that what is known of it is stale (MCP 2026-07-28 "Custom Headers").
  // Without it such calls fail. REQUIRES: no call was made yet.
  void use(RelistServer relist);
  // Where servers are listed anew, and which of them can be reached. Both live as long as this.
  Relister& relister();
  HealthBoard& health();
  // Takes note of a new catalog. Sessions and processes of servers that are gone, or whose spec changed, end in the
  // background; calls in flight finish. Call it on the control executor after each publication.
  void apply(const catalog::Snapshot& snapshot);

  // What clients want to hear of resources of servers. On the control executor.
  ResourceWatches& resource_watches();

  // Ends all sessions and child processes, within kEofTime + kTermTime + kGoodbyeTimeout. Calls that are still in
  // flight fail. REQUIRES: the workers run.
  Task<void> stop();

 private:
  friend class ServerDiscoverer;
  friend class WorkerDirectory;
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace jungle::upstream

// The inside of Upstreams.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/task_group.h"
#include "upstream/relister.h"
#include "upstream/resource_watches.h"
#include "upstream/server_state.h"
#include "upstream/spawner.h"
#include "upstream/upstreams.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Whether shared sessions and processes may live on a worker.
enum class HomeUse : std::uint8_t { kHome, kGuest };

// One executor that talks to servers: a worker, or the discoverer's. Owned by its directory or discoverer, registered
// with Upstreams, which ends it.
struct Site {
  Worker* worker;
  HomeUse use;
  std::function<void()> drop_retired;  // On its executor: lets go of servers that are gone.
  std::function<void()> close;         // On its executor: lets go of all.
};

class Upstreams::State {
 public:
  State(Executor control, Time& time, telemetry::Log& log, Random& random, oauth::TokenDirectory& tokens,
        UpstreamOptions options);

  // REQUIRES: no call was made yet.
  void add_site(Site site) { sites_.push_back(std::move(site)); }
  // The state of a registered server; made if need be. Callable from any thread.
  std::shared_ptr<ServerState> state_of(const catalog::ServerEntry& server);

  Relister& relister() { return relister_; }
  HealthBoard& health() { return health_; }
  // That of a server which is known already, or null. Callable from any thread.
  std::shared_ptr<ServerState> find_state(const catalog::ServerName& server);

  void use(RelistServer relist) { relister_.use(std::move(relist)); }
  void apply(const catalog::Snapshot& snapshot);
  Task<void> stop();

  ResourceWatches& resource_watches() { return resource_watches_; }
  Time& time() { return time_; }
  telemetry::Log& log() { return log_; }
  Spawner& spawner() { return spawner_; }
  const UpstreamOptions& options() const { return options_; }

 private:
  struct Known {
    std::shared_ptr<ServerState> state;
    OfferedNews heard;     // What its watch was told to listen for.
    std::string revision;  // Of the last listing.
  };
  using Table = std::map<std::string, Known, std::less<>>;

  void retire_changed(const catalog::Snapshot& snapshot);
  void watch_server(const catalog::ServerEntry& server);
  void put_right(const catalog::ServerName& server);
  Worker& home_of(std::string_view server) const;
  Task<void> run_retire(std::shared_ptr<ServerState> state, ChannelHome::Ending how);
  Task<void> run_close(Site& site);

  const Executor control_;
  Time& time_;
  telemetry::Log& log_;
  Random& random_;
  oauth::TokenDirectory& tokens_;
  const UpstreamOptions options_;
  Spawner spawner_;
  Relister relister_;
  HealthBoard health_;
  ResourceWatches resource_watches_;
  std::vector<Site> sites_;  // Constant once calls are made.
  Guarded<Table> table_;
  std::vector<std::weak_ptr<ServerState>> retiring_;                     // Only on the control executor, and
  std::vector<std::shared_ptr<const catalog::ServerEntry>> registered_;  // so is this: as the catalog is now.
  bool keeping_ = false;
  TaskGroup upkeep_;
  TaskGroup endings_;
};

}  // namespace jungle::upstream

#include "upstream/worker_directory.h"

#include <map>
#include <string>
#include <utility>

#include "upstream/upstream_server.h"
#include "upstream/upstreams_state.h"

namespace jungle::upstream {

class WorkerDirectory::State {
 public:
  State(Upstreams::State& upstreams, Executor executor, DeadlineList& deadlines, http::Client& client)
      : upstreams_(upstreams), worker_(executor, upstreams.time(), upstreams.log(), deadlines, client) {
    upstreams.add_site(Site{&worker_, HomeUse::kHome, [this] { drop_retired(); }, [this] { close(); }});
  }

  mcp::Service& service_of(const catalog::ServerEntry& server) {
    const auto found = servers_.find(server.spec.name.str());
    if (found != servers_.end()) {
      const ServerState& state = *found->second->state();
      // By value: an entry's address may be that of an older one. Equal strings cost less than a lock.
      if (!state.retired.load(std::memory_order_relaxed) && state.facts->spec == server.spec) return *found->second;
      found->second->close();
      servers_.erase(found);
    }
    auto made = make_upstream_server(worker_, upstreams_.state_of(server));
    mcp::Service& service = *made;
    servers_.emplace(server.spec.name.str(), std::move(made));
    return service;
  }

 private:
  void drop_retired() {
    std::erase_if(servers_, [](const auto& item) {
      if (!item.second->state()->retired) return false;
      item.second->close();
      return true;
    });
  }
  void close() {
    for (const auto& [name, server] : servers_)
      server->close();
    servers_.clear();
  }

  Upstreams::State& upstreams_;
  Worker worker_;
  std::map<std::string, std::shared_ptr<UpstreamServer>, std::less<>> servers_;
};

WorkerDirectory::WorkerDirectory(Upstreams& upstreams, Executor executor, DeadlineList& deadlines, http::Client& client)
    : state_(std::make_unique<State>(*upstreams.state_, executor, deadlines, client)) {}

WorkerDirectory::~WorkerDirectory() = default;

mcp::Service& WorkerDirectory::service_of(const catalog::ServerEntry& server) { return state_->service_of(server); }

}  // namespace jungle::upstream

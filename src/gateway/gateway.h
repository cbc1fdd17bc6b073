// The routing core.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "base/published.h"
#include "catalog/snapshot.h"
#include "gateway/list_cache.h"
#include "gateway/resource_hub.h"
#include "gateway/task_ids.h"
#include "mcp/resource_feed.h"
#include "mcp/service.h"
#include "upstream/directory.h"

namespace jungle::gateway {

struct GatewayOptions {
  std::string version;  // What serverInfo says: the same as `mcpjungle version`.
};

// Answers every MCP method in the modern dialect: finds the server, puts its own names and URIs into the request, calls
// it, puts ours back into the result. One private function per method, each in a file of its own.
//
// One per worker, used on its executor. Reads the catalog through snapshots; takes no lock and does not block. Knows
// nothing of sessions, HTTP or the clients' eras: that is downstream's business.
class Gateway final : public mcp::Service, public mcp::ResourceFeed {
 public:
  Gateway(Executor executor, const Published<catalog::Snapshot>& catalog, upstream::Directory& upstreams,
          ResourceHub& resources, const TaskIds& tasks, GatewayOptions options);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  Task<Result<mcp::Response>> handle(mcp::Request request, const mcp::CallContext& call,
                                     mcp::EventSink& events) override;

  // resources_watch.cc
  Task<Result<mcp::ResourceWatchPtr>> watch(std::string uri, const mcp::CallContext& call) override;
  Task<Result<mcp::ResourceWatchPtr>> watch_task(std::string id, const mcp::CallContext& call) override;
  bool leads_to(const std::string& uri, const std::string& scope, const mcp::ResourceWatch& watch) override;

 private:
  using Snapshot = catalog::Snapshot;
  using View = catalog::View;

  // What one call sees: one catalog for its whole length, and the view of its endpoint.
  struct Scope {
    std::shared_ptr<const Snapshot> catalog;
    const View* view;  // Null: there is no such server.
  };

  Scope scope_of(const std::string& name);
  mcp::Response server_discover(const mcp::CallContext& call, const Snapshot& snapshot, const View& view) const;
  Task<Result<mcp::Response>> tools_call(mcp::Request request, const mcp::CallContext& call, mcp::EventSink& events,
                                         Scope scope);
  Task<Result<mcp::Response>> prompts_get(mcp::Request request, const mcp::CallContext& call, mcp::EventSink& events,
                                          Scope scope);
  Task<Result<mcp::Response>> resources_read(mcp::Request request, const mcp::CallContext& call, mcp::EventSink& events,
                                             Scope scope);
  Task<Result<mcp::Response>> completion_complete(mcp::Request request, const mcp::CallContext& call,
                                                  mcp::EventSink& events, Scope scope);

  // tasks.cc
  mcp::Response with_own_task(mcp::Response response, const catalog::ServerName& server,
                              const mcp::CallContext& call) const;
  Task<Result<mcp::Response>> tasks_request(mcp::Request request, const mcp::CallContext& call, mcp::EventSink& events,
                                            Scope scope);

  Executor executor_;
  Published<Snapshot>::Reader catalog_;
  upstream::Directory& upstreams_;
  ResourceHub& resources_;
  const TaskIds& tasks_;
  GatewayOptions options_;
  ListCache lists_;
};

}  // namespace jungle::gateway

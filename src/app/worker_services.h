// Everything that serves requests on one executor.
#pragma once

#include "admin/access_log.h"
#include "admin/admin_api.h"
#include "admin/line_writer.h"
#include "app/front_door.h"
#include "base/deadline_list.h"
#include "base/random.h"
#include "base/task_group.h"
#include "downstream/mcp_endpoint.h"
#include "gateway/gateway.h"
#include "http/client.h"
#include "http/server.h"
#include "http/tls.h"
#include "upstream/worker_directory.h"

namespace jungle::app {

// What the workers have in common. Owned by the assembly; outlives them.
struct Shared {
  Time& time;
  Random& random;
  telemetry::Log& log;
  boost::asio::thread_pool& blocking;
  const http::TlsContext& tls;
  const http::ClientOptions& client_options;
  const http::HostPolicy& host_policy;
  admin::LineWriter& access_lines;
  telemetry::LogFormat log_format;
  upstream::Upstreams& upstreams;
  admin::ControlPlane& control_plane;
  gateway::ResourceHub& resources;
  const gateway::TaskIds& task_ids;
  downstream::SessionTable& sessions;
  downstream::EndpointPeers& peers;
  std::string version;
  std::string client_metadata;
  catalog::Endpoints endpoints;
};

// Whether a worker accepts connections; one that does not only lets what it holds stop in order.
enum class Serving : std::uint8_t { kYes, kNo };

// A worker without its thread: a listener, connections to upstreams, and the road between them. A call to an HTTP
// upstream begins and ends here. Owned by the assembly; the members stand in the order of dependence.
//
// Order of use: construct, listen(), start(), ... stop_serving(), then (when the upstreams have stopped) stop(). What
// follows listen() happens on `executor`.
class WorkerServices {
 public:
  WorkerServices(Executor executor, const Shared& shared);
  WorkerServices(const WorkerServices&) = delete;
  WorkerServices& operator=(const WorkerServices&) = delete;
  ~WorkerServices();

  Executor executor() { return executor_; }
  Result<http::Endpoint> listen(std::string_view address, std::uint16_t port, http::Sharing sharing) {
    return server_.listen(address, port, sharing);
  }
  // Accepts, if it serves. REQUIRES: listen() succeeded, if it serves.
  void start(Serving serving);
  // Calls in flight get until `force_at`.
  Task<void> stop_serving(SteadyTime force_at);
  Task<void> stop();

 private:
  const Executor executor_;
  DeadlineList deadlines_;
  TaskGroup tasks_;
  http::Client client_;
  upstream::WorkerDirectory directory_;
  gateway::Gateway gateway_;
  downstream::McpEndpoint endpoint_;
  admin::AdminApi admin_;
  FrontDoor front_door_;
  admin::AccessLog access_log_;
  http::Server server_;
  Serving serving_ = Serving::kNo;
};

}  // namespace jungle::app

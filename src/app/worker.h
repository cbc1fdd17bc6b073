// One thread with everything that serves requests on it.
#pragma once

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>

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

// What the workers have in common. Owned by the application; outlives them.
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
  downstream::SessionTable& sessions;
  downstream::EndpointPeers& peers;
  std::string version;
  std::string client_metadata;
};

// Whether a worker accepts connections; one that does not only lets what it holds stop in order.
enum class Serving : std::uint8_t { kYes, kNo };

// A thread with its own io_context, listener, connections to upstreams, and the road between them. A call to an HTTP
// upstream begins and ends here. Owned by the application; the members stand in the order of dependence.
//
// Order of use: construct, listen(), run(), ... stop_serving(), then (when the upstreams have stopped) stop(), join().
class Worker {
 public:
  explicit Worker(const Shared& shared);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  Executor executor() { return context_.get_executor(); }
  Result<http::Endpoint> listen(std::string_view address, std::uint16_t port, http::Sharing sharing) {
    return server_.listen(address, port, sharing);
  }
  // Starts the thread, and accepts there if it serves. REQUIRES: listen() succeeded, if it serves.
  void run(Serving serving);
  void join();  // Returns when the thread has ended. REQUIRES: stop() has returned.

  // On this worker's executor. Calls in flight get until `force_at`.
  Task<void> stop_serving(SteadyTime force_at);
  Task<void> stop();

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> alive_{context_.get_executor()};
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
  std::thread thread_;
};

}  // namespace jungle::app

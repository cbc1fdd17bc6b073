// The gateway, assembled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "admin/control_plane.h"
#include "admin/line_writer.h"
#include "admin/registrar.h"
#include "app/config.h"
#include "app/list_changes.h"
#include "app/worker_services.h"
#include "base/deadline_list.h"
#include "base/random.h"
#include "base/task_group.h"
#include "catalog/catalog.h"
#include "downstream/session_table.h"
#include "gateway/resource_hub.h"
#include "gateway/task_ids.h"
#include "http/client.h"
#include "http/tls.h"
#include "oauth/authorization_flow.h"
#include "oauth/discovery.h"
#include "oauth/endpoint_finder.h"
#include "oauth/http_fetcher.h"
#include "oauth/token_manager.h"
#include "store/database.h"
#include "store/mode_store.h"
#include "store/sealing.h"
#include "store/sql_catalog_repository.h"
#include "store/sql_oauth_repository.h"
#include "telemetry/log.h"
#include "upstream/freshness.h"
#include "upstream/server_discoverer.h"
#include "upstream/upstreams.h"

namespace jungle::app {

// What the gateway stands on. Its owner runs the executors; all of it outlives the assembly.
struct Ground {
  Executor control;               // Of the catalog, registrations and child processes.
  std::vector<Executor> workers;  // At least one. May be `control` as well.
  boost::asio::thread_pool& blocking;
  Time& time;
  Random& random;
  telemetry::Log& log;
  admin::LineWriter& access_lines;
  const http::TlsContext& tls;
  store::Database& database;
  store::Sealing& sealing;
};

// All that serves, in the order of dependence; destruction in reverse. The application gives it threads and real time.
//
// Order of use: construct, load(), listen(), start(), ... stop(); when it failed to load or to listen, start(kNo) and
// stop(). Everything but the constructor and listen() happens on the control executor.
class Assembly {
 public:
  // `environment` is what child processes may inherit from.
  Assembly(const Config& config, const Environment& environment, const std::string& version, Ground ground);
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;
  ~Assembly();  // REQUIRES: never started, or stop() has returned. No executor runs.

  // Checks the database's mode and reads the catalog.
  Task<Result<void>> load();
  // All workers on one port, which is returned. Blocks; before start().
  Result<http::Endpoint> listen();
  void start(Serving serving);
  // Clients first, then what they used. Calls in flight get `patience`.
  Task<void> stop(Seconds patience);

 private:
  void keep_fresh();
  Task<void> run_sweeps();
  Task<void> stop_worker(WorkerServices& worker, Seconds patience);

  const Config& config_;
  const Ground ground_;
  telemetry::Log& log_;
  Time& time_;
  const http::HostPolicy host_policy_;
  const http::ClientOptions client_options_;
  DeadlineList deadlines_;
  TaskGroup tasks_;
  TaskGroup stops_;
  http::Client client_;  // For registrations.
  store::ModeStore modes_;
  store::SqlCatalogRepository repository_;
  catalog::Catalog catalog_;
  oauth::HttpFetcher fetcher_;
  store::SqlOAuthRepository grants_;
  oauth::Discovery authorization_servers_;
  oauth::EndpointFinder endpoints_;
  oauth::TokenManager tokens_;
  upstream::Upstreams upstreams_;
  upstream::ServerDiscoverer discoverer_;
  oauth::AuthorizationFlow authorizations_;
  admin::Registrar registrar_;
  admin::ControlPlane control_plane_;
  upstream::Freshness freshness_;
  downstream::EndpointPeers peers_;
  gateway::ResourceHub resources_;
  const gateway::TaskIds task_ids_;
  downstream::SessionTable sessions_;
  ListChangeFeed list_changes_;
  std::vector<std::unique_ptr<WorkerServices>> workers_;
};

}  // namespace jungle::app

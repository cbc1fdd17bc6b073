#include "app/application.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include "admin/control_plane.h"
#include "admin/line_writer.h"
#include "admin/registrar.h"
#include "app/list_changes.h"
#include "app/version.h"
#include "app/worker.h"
#include "base/cancelled.h"
#include "catalog/catalog.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/session_table.h"
#include "gateway/resource_hub.h"
#include "oauth/authorization_flow.h"
#include "oauth/discovery.h"
#include "oauth/endpoint_finder.h"
#include "oauth/http_fetcher.h"
#include "oauth/limits.h"
#include "oauth/token_manager.h"
#include "store/database.h"
#include "store/mode_store.h"
#include "store/sealing.h"
#include "store/sql_catalog_repository.h"
#include "store/sql_oauth_repository.h"
#include "upstream/freshness.h"
#include "upstream/guardian.h"
#include "upstream/limits.h"
#include "upstream/server_discoverer.h"
#include "upstream/upstreams.h"

namespace jungle::app {
namespace {

// What may be configured, what the front door allows and what servers get are one limit.
static_assert(downstream::kCallTimeMax == upstream::kCallHardCap);

constexpr Seconds kShutdownTime{10};         // For calls in flight, after which they are cut (contract 1.6).
constexpr unsigned kWorkersMax = 64;         // More cores than that do not make a gateway faster.
constexpr std::size_t kBlockingThreads = 2;  // For getaddrinfo.

http::HostPolicy host_policy_of(const Config& config) {
  http::HostPolicy policy;
  policy.hosts = config.allowed_hosts.hosts;
  policy.origins = config.allowed_hosts.origins;
  policy.any = config.allowed_hosts.any;
  boost::system::error_code ec;
  policy.loopback_only = boost::asio::ip::make_address(config.host, ec).is_loopback();
  return policy;
}

upstream::UpstreamOptions upstream_options(const Config& config, const Environment& environment,
                                           const std::string& version) {
  upstream::UpstreamOptions options;
  options.init_timeout = config.init_timeout;
  options.call_timeout = config.call_timeout;
  options.session_idle = config.session_idle_timeout.value_or(Seconds(0));
  options.version = version;
  options.guardian = "/proc/self/exe";  // This program, even if its file was replaced since.
  for (const auto& [name, value] : environment)
    options.environment.push_back(name + "=" + value);
  return options;
}

http::ClientOptions client_options(const Config& config) {
  http::ClientOptions options;
  options.egress = config.egress;
  options.proxies = config.proxies;
  return options;
}

gateway::ResourceHub::Servers servers_of(upstream::ResourceWatches& watches) {
  return {[&watches](catalog::ServerName server, std::string own_uri) {
            return watches.subscribe(std::move(server), std::move(own_uri));
          },
          [&watches](const catalog::ServerName& server, const std::string& own_uri) {
            watches.unsubscribe(server, own_uri);
          }};
}

// Everything, in the order of dependence; destruction in reverse. Lives in run(), on the control thread.
class Application {
 public:
  Application(const Config& config, const Environment& environment, const std::string& version, telemetry::Log& log,
              const http::TlsContext& tls, store::Database& database, store::Sealing& sealing);

  Result<void> serve();

 private:
  void keep_fresh();
  Result<void> load();
  Task<Result<void>> run_load();
  Result<http::Endpoint> listen();
  Result<http::Endpoint> prepare();
  static void announce(const http::Endpoint& endpoint);
  Task<void> run_sweeps();
  Task<void> run_until_signal(boost::asio::signal_set& signals);
  Task<void> shut_down();
  Task<void> stop_worker(Worker& worker);

  const Config& config_;
  telemetry::Log& log_;
  boost::asio::io_context control_{1};
  boost::asio::thread_pool blocking_{kBlockingThreads};
  RealTime time_;
  SystemRandom random_;
  const http::HostPolicy host_policy_;
  admin::LineWriter access_lines_;
  DeadlineList deadlines_{time_};
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
  downstream::SessionTable sessions_;
  ListChangeFeed list_changes_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

Application::Application(const Config& config, const Environment& environment, const std::string& version,
                         telemetry::Log& log, const http::TlsContext& tls, store::Database& database,
                         store::Sealing& sealing)
    : config_(config),
      log_(log),
      host_policy_(host_policy_of(config)),
      access_lines_(STDOUT_FILENO, log),
      tasks_(control_.get_executor(), [&log](std::exception_ptr) { log.error("a control task failed"); }),
      stops_(control_.get_executor(), [&log](std::exception_ptr) { log.error("stopping a worker failed"); }),
      client_(control_.get_executor(), deadlines_, log, blocking_, tls, client_options(config)),
      modes_(database, time_),
      repository_(database, sealing, time_),
      catalog_(control_.get_executor(), repository_, log),
      fetcher_(client_, time_),
      grants_(database, sealing, time_),
      authorization_servers_(fetcher_, time_, log, config.oauth.profiles),
      endpoints_(authorization_servers_,
                 [this](const catalog::ServerName& name) -> std::optional<catalog::ServerSpec> {
                   const auto entry = catalog_.published().load()->find_server(name.str());
                   if (!entry) return std::nullopt;
                   return entry->spec;
                 }),
      tokens_(control_.get_executor(), time_, random_, log, grants_, fetcher_, endpoints_),
      upstreams_(control_.get_executor(), time_, log, random_, tokens_, upstream_options(config, environment, version)),
      discoverer_(upstreams_, control_.get_executor(), deadlines_, client_),
      authorizations_(fetcher_, time_, random_, grants_, config.oauth.client),
      registrar_(catalog_, discoverer_, authorization_servers_, authorizations_, grants_, tokens_, log),
      control_plane_(control_.get_executor(), catalog_, repository_, registrar_, upstreams_.relister(),
                     upstreams_.health(), log),
      freshness_(control_.get_executor(), deadlines_, random_, upstreams_.relister(), upstreams_.health()),
      resources_(control_.get_executor(), servers_of(upstreams_.resource_watches()),
                 [&log](std::exception_ptr) { log.error("watching a resource failed"); }),
      sessions_(random_),
      list_changes_(peers_) {
  upstreams_.resource_watches().on_update([this](const catalog::ServerName& server, const std::string& own_uri) {
    const downstream::ResourceUpdate update{server.str(), own_uri};
    peers_.tell_all([update](downstream::McpEndpoint& endpoint) { endpoint.resource_updated(update); });
  });
  catalog_.on_change([this](const std::shared_ptr<const catalog::Snapshot>& snapshot) {
    upstreams_.apply(*snapshot);
    freshness_.apply(*snapshot);
    list_changes_.apply(snapshot);
  });
  const http::ClientOptions options = client_options(config);
  keep_fresh();
  const Shared shared{time_,
                      random_,
                      log,
                      blocking_,
                      tls,
                      options,
                      host_policy_,
                      access_lines_,
                      config.log_format,
                      upstreams_,
                      control_plane_,
                      resources_,
                      sessions_,
                      peers_,
                      version,
                      config.oauth.client_metadata};
  const unsigned cores = std::max(1u, std::min(kWorkersMax, std::thread::hardware_concurrency()));
  for (unsigned i = 0; i < cores; ++i)
    workers_.push_back(std::make_unique<Worker>(shared));
}

// Who lists servers anew, and who decides when.
void Application::keep_fresh() {
  upstreams_.use([this](catalog::ServerName name) { return registrar_.relist(std::move(name)); });
  upstreams_.relister().on_listed(
      [this](const catalog::ServerName& name, const auto& listed) { freshness_.on_listed(name, listed); });
  upstreams_.health().on_hearing(
      [this](const catalog::ServerName& name, upstream::Hearing hearing) { freshness_.set_hearing(name, hearing); });
  upstreams_.health().on_turn(
      [this](const catalog::ServerName& name, upstream::Turn turn) { freshness_.on_turn(name, turn); });
}

// Checks the database's mode and reads the catalog, before there are workers that could see half of it.
Result<void> Application::load() {
  std::optional<Result<void>> loaded;
  asio::co_spawn(control_, run_load(), [&](std::exception_ptr error, Result<void> result) {
    if (error) std::rethrow_exception(error);
    loaded.emplace(std::move(result));
  });
  const auto busy = boost::asio::make_work_guard(control_);  // The store answers from a thread of its own.
  while (!loaded)
    control_.run_one();
  return *loaded;
}

Task<Result<void>> Application::run_load() {
  const auto mode = co_await modes_.start(store::ServerMode::kDevelopment);
  if (!mode) co_return mode.error();
  auto loaded = co_await catalog_.load();
  if (!loaded) co_return with_context(loaded.error(), "failed to create MCP service");
  auto grants = co_await registrar_.load_grants();
  if (!grants) co_return with_context(grants.error(), "failed to read the OAuth grants");
  for (const auto& server : catalog_.published().load()->servers()) {
    if (!catalog::overrides_bearer_token(server->spec)) continue;
    log_.info("the Authorization header of headers is sent instead of bearer_token",
              {{"server", server->spec.name.str()}});
  }
  co_return Result<void>();
}

Result<http::Endpoint> Application::listen() {
  auto endpoint = workers_.front()->listen(config_.host, config_.port, http::Sharing::kFirst);
  if (!endpoint) return endpoint;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    if (auto joined = workers_[i]->listen(config_.host, endpoint->port, http::Sharing::kSibling); !joined)
      return joined;
  }
  return endpoint;
}

Result<http::Endpoint> Application::prepare() {
  if (auto loaded = load(); !loaded) return loaded.error();
  auto endpoint = listen();
  if (!endpoint) return with_context(endpoint.error(), "failed to run the server");
  return endpoint;
}

// A start that fails ends as a shutdown does, so that there is one way out.
Result<void> Application::serve() {
  const auto endpoint = prepare();
  boost::asio::signal_set signals(control_, SIGINT, SIGTERM);  // Before somebody can know that we are here.
  for (const auto& worker : workers_)
    worker->run(endpoint ? Serving::kYes : Serving::kNo);
  if (endpoint) {
    announce(*endpoint);
    freshness_.start(config_.list_at_start);
  }
  tasks_.spawn(deadlines_.run_sweeps());
  tasks_.spawn(run_sweeps());
  asio::co_spawn(control_, endpoint ? run_until_signal(signals) : shut_down(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  control_.run();
  for (const auto& worker : workers_)
    worker->join();
  blocking_.join();
  if (!endpoint) return endpoint.error();
  log_.info("[server] Server gracefully stopped");
  return {};
}

void Application::announce(const http::Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.find(':') != std::string::npos;
  const std::string address = is_v6 ? "[" + endpoint.address + "]" : endpoint.address;
  std::fprintf(stderr, "\n%.*s\nMCPJungle HTTP server listening on %s:%u\n\n", static_cast<int>(banner().size()),
               banner().data(), address.c_str(), endpoint.port);
  std::fflush(stderr);
}

// Ends what nobody completed or used for too long.
Task<void> Application::run_sweeps() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    sessions_.end_idle(time_.steady_now());
    auto swept = co_await authorizations_.sweep();
    if (!swept) log_.warn("pending OAuth sessions could not be swept", {{"why", swept.error().message}});
    // A cancellation that came during the sweep would not end the sleep.
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
    co_await time_.sleep_until(time_.steady_now() + oauth::kSweepPeriod);
    const bool woken_to_stop = co_await is_cancelled();
    if (woken_to_stop) co_return;
  }
}

Task<void> Application::run_until_signal(boost::asio::signal_set& signals) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto [ec, number] = co_await signals.async_wait(asio::as_tuple(use_task));
  if (!ec) {
    log_.info(number == SIGINT ? "[server] Received signal interrupt, initiating graceful shutdown..."
                               : "[server] Received signal terminated, initiating graceful shutdown...");
  }
  log_.info("[server] Cancelling active connections...");
  co_await shut_down();
}

Task<void> Application::stop_worker(Worker& worker) {
  const SteadyTime force_at = time_.steady_now() + kShutdownTime;
  co_await asio::co_spawn(worker.executor(), worker.stop_serving(force_at), use_task);
}

// Clients first, then what they used.
Task<void> Application::shut_down() {
  for (const auto& worker : workers_)
    stops_.spawn(stop_worker(*worker));
  co_await stops_.join();
  freshness_.stop();
  co_await resources_.stop();
  co_await upstreams_.stop();
  for (const auto& worker : workers_)
    co_await asio::co_spawn(worker->executor(), worker->stop(), use_task);
  co_await tokens_.stop();
  co_await client_.stop();
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace

void become_helper(std::string_view program_name) {
  if (upstream::is_guardian(program_name)) upstream::guardian_main();
}

Result<void> run(const Config& config, const Environment& environment, const std::string& version,
                 telemetry::Log& log) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // Where our parent ignores it, children could not be waited for.
  if (config.mode == ServerMode::kEnterprise) {
    return Error{ErrorCode::kInvalidArgument,
                 "enterprise mode is not supported yet: start without --enterprise and SERVER_MODE=enterprise",
                 {}};
  }
  auto database = store::Database::open(config.sqlite_path, log);
  if (!database) return with_context(database.error(), "failed to connect to database");
  SystemRandom random;
  auto sealing = store::Sealing::open(**database, config.encryption_key, random, log);
  if (!sealing) return sealing.error();
  auto tls = http::TlsContext::create(http::TlsOptions{});
  if (!tls) return tls.error();
  for (const std::string& line : start_lines(config))
    log.info(line);
  Application application(config, environment, version, log, *tls, **database, **sealing);
  return application.serve();
}

}  // namespace jungle::app

#include "app/assembly.h"

#include <malloc.h>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "base/cancelled.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "oauth/limits.h"
#include "upstream/limits.h"

namespace jungle::app {
namespace {

// What may be configured, what the front door allows and what servers get are one limit.
static_assert(downstream::kCallTimeMax == upstream::kCallHardCap);

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
  options.list_when_heard = config.list_at_start != upstream::ListAtStart::kNone;
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

catalog::Endpoints endpoints_of(const Config& config) {
  return config.separates_sse ? catalog::Endpoints::kSeparate : catalog::Endpoints::kAlike;
}

}  // namespace

Assembly::Assembly(const Config& config, const Environment& environment, const std::string& version, Ground ground)
    : config_(config),
      ground_(std::move(ground)),
      log_(ground_.log),
      time_(ground_.time),
      host_policy_(host_policy_of(config)),
      client_options_(client_options(config)),
      deadlines_(time_),
      tasks_(ground_.control, [&log = log_](std::exception_ptr) { log.error("a control task failed"); }),
      stops_(ground_.control, [&log = log_](std::exception_ptr) { log.error("stopping a worker failed"); }),
      client_(ground_.control, deadlines_, log_, ground_.blocking, ground_.tls, client_options_),
      modes_(ground_.database, time_),
      repository_(ground_.database, ground_.sealing, time_),
      catalog_(ground_.control, repository_, log_, endpoints_of(config)),
      fetcher_(client_, time_),
      grants_(ground_.database, ground_.sealing, time_),
      authorization_servers_(fetcher_, time_, log_, config.oauth.profiles),
      endpoints_(authorization_servers_,
                 [this](const catalog::ServerName& name) -> std::optional<catalog::ServerSpec> {
                   const auto entry = catalog_.published().load()->find_server(name.str());
                   if (!entry) return std::nullopt;
                   return entry->spec;
                 }),
      tokens_(ground_.control, time_, ground_.random, log_, grants_, fetcher_, endpoints_),
      upstreams_(ground_.control, time_, log_, ground_.random, tokens_, upstream_options(config, environment, version)),
      discoverer_(upstreams_, ground_.control, deadlines_, client_),
      authorizations_(fetcher_, time_, ground_.random, grants_, config.oauth.client),
      registrar_(catalog_, discoverer_, authorization_servers_, authorizations_, grants_, tokens_, log_),
      control_plane_(ground_.control, catalog_, repository_, registrar_, upstreams_.relister(), upstreams_.health(),
                     log_),
      freshness_(ground_.control, deadlines_, ground_.random, upstreams_.relister(), upstreams_.health()),
      resources_(ground_.control, servers_of(upstreams_.resource_watches()),
                 [&log = log_](std::exception_ptr) { log.error("watching a resource failed"); }),
      task_ids_(ground_.sealing.keys_for("mcpjungle task ids"), ground_.random),
      sessions_(ground_.random),
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
  keep_fresh();
  const Shared shared{time_,
                      ground_.random,
                      log_,
                      ground_.blocking,
                      ground_.tls,
                      client_options_,
                      host_policy_,
                      ground_.access_lines,
                      config.log_format,
                      upstreams_,
                      control_plane_,
                      resources_,
                      task_ids_,
                      sessions_,
                      peers_,
                      version,
                      config.oauth.client_metadata,
                      endpoints_of(config)};
  for (const Executor& executor : ground_.workers)
    workers_.push_back(std::make_unique<WorkerServices>(executor, shared));
}

Assembly::~Assembly() = default;

// Who lists servers anew, and who decides when.
void Assembly::keep_fresh() {
  upstreams_.use([this](catalog::ServerName name) { return registrar_.relist(std::move(name)); });
  upstreams_.relister().on_listed(
      [this](const catalog::ServerName& name, const auto& listed) { freshness_.on_listed(name, listed); });
  upstreams_.health().on_hearing(
      [this](const catalog::ServerName& name, upstream::Hearing hearing) { freshness_.set_hearing(name, hearing); });
  upstreams_.health().on_turn(
      [this](const catalog::ServerName& name, upstream::Turn turn) { freshness_.on_turn(name, turn); });
}

Task<Result<void>> Assembly::load() {
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

Result<http::Endpoint> Assembly::listen() {
  auto endpoint = workers_.front()->listen(config_.host, config_.port, http::Sharing::kFirst);
  if (!endpoint) return endpoint;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    if (auto joined = workers_[i]->listen(config_.host, endpoint->port, http::Sharing::kSibling); !joined)
      return joined;
  }
  return endpoint;
}

void Assembly::start(Serving serving) {
  for (const auto& worker : workers_)
    asio::post(worker->executor(), [&services = *worker, serving] { services.start(serving); });
  if (serving == Serving::kYes) freshness_.start(config_.list_at_start);
  tasks_.spawn(deadlines_.run_sweeps());
  tasks_.spawn(run_sweeps());
}

// Ends what nobody completed or used for too long, and lets go of memory.
Task<void> Assembly::run_sweeps() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    ::malloc_trim(0);  // What the start or a burst took goes back to the system.
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

Task<void> Assembly::stop_worker(WorkerServices& worker, Seconds patience) {
  const SteadyTime force_at = time_.steady_now() + patience;
  co_await asio::co_spawn(worker.executor(), worker.stop_serving(force_at), use_task);
}

Task<void> Assembly::stop(Seconds patience) {
  for (const auto& worker : workers_)
    stops_.spawn(stop_worker(*worker, patience));
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

}  // namespace jungle::app

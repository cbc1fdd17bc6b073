#include "http/connection_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace jungle::http {
namespace {

PoolKey key_of(const ClientRequest& request) { return PoolKey{request.url.origin(), request.source, request.ca_file}; }

}  // namespace

ConnectionPool::ConnectionPool(Executor executor, DeadlineList& deadlines, telemetry::Log& log,
                               asio::thread_pool& blocking, const TlsContext& tls, ClientOptions options)
    : executor_(executor),
      deadlines_(deadlines),
      log_(log),
      tls_(tls),
      options_(std::move(options)),
      resolver_(executor, deadlines, blocking),
      ended_(executor) {}

ConnectionPool::~ConnectionPool() { JUNGLE_CHECK(connections_.empty()); }

PoolEntry& ConnectionPool::entry_of(const ClientRequest& request) {
  const PoolKey key = key_of(request);
  if (const auto found = entries_.find(key); found != entries_.end()) return *found->second;
  auto entry = std::make_unique<PoolEntry>(key);
  PoolEntry& made = *entry;
  entries_.emplace(made.key(), std::move(entry));
  return made;
}

void ConnectionPool::add(ClientConnection& connection) {
  connections_.push_back(connection);
  ++connection.entry().connection_count;
}

void ConnectionPool::forget(ClientConnection& connection) {
  connection.unlink();
  PoolEntry& entry = connection.entry();
  if (--entry.connection_count == 0) entries_.erase(entries_.find(entry.key()));
  if (connections_.empty()) ended_.notify_all();
}

std::unique_ptr<ClientConnection> ConnectionPool::take_idle(const ClientRequest& request) {
  const auto found = entries_.find(key_of(request));
  if (found == entries_.end()) return nullptr;
  auto& idle = found->second->idle;
  while (!idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    if (connection->wake_up()) return connection;
    // The last connection of an entry takes the entry with it.
    if (connection->entry().connection_count == 1) return nullptr;
  }
  return nullptr;
}

// The addresses of the host that the request may go to. They are dialled as they are: nothing is looked up again.
Task<Result<std::vector<asio::ip::tcp::endpoint>>> ConnectionPool::allowed_endpoints(const ClientRequest& request) {
  const Url& url = request.url;
  if (auto allowed = options_.egress.check(url, request.source); !allowed) co_return allowed.error();
  auto endpoints = co_await resolver_.resolve(url.host(), url.port(), request.deadline);
  if (!endpoints) co_return endpoints;
  Error refusal;
  std::erase_if(*endpoints, [&](const auto& endpoint) {
    const auto allowed = options_.egress.check(url, request.source, endpoint.address());
    if (!allowed) refusal = allowed.error();
    return !allowed;
  });
  if (endpoints->empty()) co_return refusal;
  co_return endpoints;
}

// The addresses of the proxy, if the request may go where it leads. The proxy looks the host up itself: of what a peer
// named, the addresses that are known here must all be allowed, since it may take any. Names that are not known here at
// all are left to the proxy; a network that hides its own names from its machines would be a strange one.
Task<Result<std::vector<asio::ip::tcp::endpoint>>> ConnectionPool::proxy_endpoints(const ClientRequest& request,
                                                                                   const Proxy& proxy) {
  const Url& url = request.url;
  if (auto allowed = options_.egress.check(url, request.source); !allowed) co_return allowed.error();
  if (request.source != UrlSource::kAdministrator) {
    const SteadyTime until = std::min(request.deadline, deadlines_.coarse_now() + kProxyLookupTime);
    auto known = co_await resolver_.resolve(url.host(), url.port(), until);
    if (!known && known.error().code == ErrorCode::kCancelled) co_return known;
    for (const auto& endpoint : known ? *known : std::vector<asio::ip::tcp::endpoint>()) {
      if (auto allowed = options_.egress.check(url, request.source, endpoint.address()); !allowed)
        co_return allowed.error();
    }
  }
  auto endpoints = co_await resolver_.resolve(proxy.host, proxy.port, request.deadline);
  if (!endpoints) co_return with_context(endpoints.error(), proxy.description());
  co_return endpoints;
}

Task<UrlSource> ConnectionPool::source_of_server(const Url& server, SteadyTime deadline) {
  if (is_loopback_host(server.host())) co_return UrlSource::kLoopbackPeer;
  if (options_.proxies.proxy_for(server)) deadline = std::min(deadline, deadlines_.coarse_now() + kProxyLookupTime);
  auto endpoints = co_await resolver_.resolve(server.host(), server.port(), deadline);
  if (!endpoints) co_return UrlSource::kPeer;
  const bool is_private = std::all_of(endpoints->begin(), endpoints->end(), [](const auto& endpoint) {
    return scope_of(endpoint.address()) == AddressScope::kPrivate;
  });
  co_return is_private ? UrlSource::kPrivatePeer : UrlSource::kPeer;
}

Task<Result<std::unique_ptr<ClientConnection>>> ConnectionPool::connect(const ClientRequest& request) {
  const Url& url = request.url;
  auto tls = url.is_tls() ? tls_.with_authorities_of(std::string(request.ca_file)) : Result<TlsContext>(tls_);
  if (!tls) co_return tls.error();
  // Made before the name is looked up, so that stop() knows of it.
  const Proxy* const proxy = options_.proxies.proxy_for(url);
  auto connection =
      std::make_unique<ClientConnection>(executor_, deadlines_, *this, entry_of(request), url.authority(), proxy);
  auto lookup = proxy ? proxy_endpoints(request, *proxy) : allowed_endpoints(request);
  auto endpoints = co_await std::move(lookup);
  if (!endpoints) co_return endpoints.error();
  Error error;
  for (const auto& endpoint : *endpoints) {
    if (stopping_) co_return Error{ErrorCode::kCancelled, "the gateway is stopping", {}};
    auto connected = co_await connect_one(*connection, endpoint, request, *tls);
    if (connected) co_return connection;
    error = connected.error();
    log_.debug("cannot connect", {{"origin", url.origin()}, {"error", error.message}});
    // Another address may do, but not after a verdict that concerns the call or the host as a whole.
    const bool is_final = connection->has_wire() || error.code == ErrorCode::kCancelled ||
                          (error.code == ErrorCode::kDeadlineExceeded && deadlines_.coarse_now() >= request.deadline);
    if (is_final) break;
    connection->reset();
  }
  co_return error;
}

Task<Result<void>> ConnectionPool::connect_one(ClientConnection& connection, const asio::ip::tcp::endpoint& endpoint,
                                               const ClientRequest& request, const TlsContext& tls) {
  auto connected = co_await connection.connect(endpoint, request.deadline);
  if (!connected) co_return connected;
  if (!request.url.is_tls()) {
    if (connection.has_proxy()) connection.name_server(request.url);
    co_return connected;
  }
  if (connection.has_proxy()) {
    auto tunnelled = co_await connection.open_tunnel(request.url, request.deadline);
    if (!tunnelled) co_return tunnelled;
  }
  co_return co_await connection.start_tls(tls, request.url, request.deadline);
}

void ConnectionPool::give_back(std::unique_ptr<ClientConnection> connection) {
  auto& idle = connection->entry().idle;
  if (stopping_ || !connection->is_reusable() || idle.size() >= options_.idle_per_origin_max) return;
  const Seconds idle_time = connection->peer_idle_time(options_.idle_time);
  if (idle_time <= Seconds(0)) return;
  if (!connection->rest(deadlines_.coarse_now() + idle_time)) return;
  idle.push_back(std::move(connection));
}

void ConnectionPool::drop(ClientConnection& connection) {
  auto& idle = connection.entry().idle;
  const auto found =
      std::find_if(idle.begin(), idle.end(), [&](const auto& candidate) { return candidate.get() == &connection; });
  JUNGLE_CHECK(found != idle.end());
  const auto dying = std::move(*found);  // Outlives the change of the list, which may die with it.
  idle.erase(found);
}

Task<void> ConnectionPool::stop() {
  stopping_ = true;
  resolver_.stop();
  std::vector<std::unique_ptr<ClientConnection>> resting;
  for (auto& [origin, entry] : entries_)
    std::move(entry->idle.begin(), entry->idle.end(), std::back_inserter(resting));
  for (auto& [origin, entry] : entries_)
    entry->idle.clear();
  resting.clear();
  for (ClientConnection& connection : connections_)
    connection.close(ErrorCode::kCancelled);
  while (!connections_.empty()) {
    const bool woken = co_await ended_.wait();
    if (!woken) break;
  }
}

std::size_t ConnectionPool::idle_count() const {
  std::size_t count = 0;
  for (const auto& [origin, entry] : entries_)
    count += entry->idle.size();
  return count;
}

}  // namespace jungle::http

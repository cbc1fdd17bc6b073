// Kept connections to upstreams.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/signal.h"
#include "http/client.h"
#include "http/client_connection.h"
#include "http/resolver.h"
#include "http/tls.h"

namespace jungle::http {

// What requests must have in common to share a connection: a connection that was allowed for one of them, or that
// trusts whom one of them trusts, is not for others.
struct PoolKey {
  std::string_view origin;
  UrlSource source;
  std::string_view ca_file;

  friend bool operator==(const PoolKey&, const PoolKey&) = default;
};
struct PoolKeyHash {
  std::size_t operator()(const PoolKey& key) const { return std::hash<std::string_view>{}(key.origin); }
};

// The connections that share a key.
struct PoolEntry {
  explicit PoolEntry(const PoolKey& key) : origin(key.origin), source(key.source), ca_file(key.ca_file) {}
  PoolKey key() const { return PoolKey{origin, source, ca_file}; }  // Valid as long as the entry.

  const std::string origin;
  const UrlSource source;
  const std::string ca_file;
  std::size_t connection_count = 0;                     // Resting or in use.
  std::vector<std::unique_ptr<ClientConnection>> idle;  // The last one was used last.
};

// All connections of a Client. Owned by it; one executor.
class ConnectionPool {
 public:
  ConnectionPool(Executor executor, DeadlineList& deadlines, telemetry::Log& log, asio::thread_pool& blocking,
                 const TlsContext& tls, ClientOptions options);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  bool stopping() const { return stopping_; }
  const EgressGuard& egress() const { return options_.egress; }
  const TlsContext& tls() const { return tls_; }
  // A resting connection whose peer is there, or null.
  std::unique_ptr<ClientConnection> take_idle(const ClientRequest& request);
  Task<Result<std::unique_ptr<ClientConnection>>> connect(const ClientRequest& request);
  Task<UrlSource> source_of_server(const Url& server, SteadyTime deadline);
  // Takes a connection back after its exchange: keeps it, or closes it.
  void give_back(std::unique_ptr<ClientConnection> connection);
  // A resting connection has ended.
  void drop(ClientConnection& connection);
  Task<void> stop();
  std::size_t idle_count() const;

  // For ClientConnection's constructor and destructor.
  void add(ClientConnection& connection);
  void forget(ClientConnection& connection);

 private:
  PoolEntry& entry_of(const ClientRequest& request);
  Task<Result<std::vector<asio::ip::tcp::endpoint>>> allowed_endpoints(const ClientRequest& request);
  Task<Result<std::vector<asio::ip::tcp::endpoint>>> proxy_endpoints(const ClientRequest& request, const Proxy& proxy);
  Task<Result<void>> connect_one(ClientConnection& connection, const asio::ip::tcp::endpoint& endpoint,
                                 const ClientRequest& request, const TlsContext& tls);

  Executor executor_;
  DeadlineList& deadlines_;
  telemetry::Log& log_;
  const TlsContext tls_;
  const ClientOptions options_;
  Resolver resolver_;
  Signal ended_;
  std::unordered_map<PoolKey, std::unique_ptr<PoolEntry>, PoolKeyHash> entries_;  // Keys borrow from their entries.
  boost::intrusive::list<ClientConnection, boost::intrusive::constant_time_size<false>> connections_;
  bool stopping_ = false;
};

}  // namespace jungle::http

// Kept connections to upstreams.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/signal.h"
#include "http/client.h"
#include "http/client_connection.h"
#include "http/resolver.h"
#include "http/tls.h"

namespace jungle::http {

// The connections to one origin.
struct PoolEntry {
  std::string origin;
  std::size_t connection_count = 0;                     // Resting or in use.
  std::vector<std::unique_ptr<ClientConnection>> idle;  // The last one was used last.
};

// All connections of a Client. Owned by it; one executor.
class ConnectionPool {
 public:
  ConnectionPool(Executor executor, DeadlineList& deadlines, telemetry::Log& log, asio::thread_pool& blocking,
                 TlsContext& tls, ClientOptions options);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  bool stopping() const { return stopping_; }
  // A resting connection whose peer is there, or null.
  std::unique_ptr<ClientConnection> take_idle(const Url& url);
  Task<Result<std::unique_ptr<ClientConnection>>> connect(const Url& url, SteadyTime deadline);
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
  PoolEntry& entry_of(const Url& url);
  Task<Result<void>> connect_one(ClientConnection& connection, const asio::ip::tcp::endpoint& endpoint, const Url& url,
                                 SteadyTime deadline);

  Executor executor_;
  DeadlineList& deadlines_;
  telemetry::Log& log_;
  TlsContext& tls_;
  const ClientOptions options_;
  Resolver resolver_;
  Signal ended_;
  std::unordered_map<std::string, std::unique_ptr<PoolEntry>> entries_;
  boost::intrusive::list<ClientConnection, boost::intrusive::constant_time_size<false>> connections_;
  bool stopping_ = false;
};

}  // namespace jungle::http

#include "http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <sys/socket.h>

#include "base/check.h"
#include "base/signal.h"
#include "base/task_group.h"
#include "http/connection.h"

namespace jungle::http {
namespace {

using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kBacklog = 4096;  // The kernel cuts it to net.core.somaxconn.

Error listen_failure(const Tcp::endpoint& endpoint, const boost::system::error_code& ec) {
  const std::string where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  if (ec == asio::error::address_in_use)
    return Error{ErrorCode::kConflict, "cannot listen on " + where + ": address already in use", ec.message()};
  if (ec == asio::error::access_denied)
    return Error{ErrorCode::kPermissionDenied, "cannot listen on " + where + ": permission denied", ec.message()};
  return Error{ErrorCode::kUnavailable, "cannot listen on " + where + ": " + ec.message(), ec.message()};
}

bool is_shortage(const boost::system::error_code& ec) {
  return ec == asio::error::no_descriptors || ec == asio::error::no_buffer_space || ec == asio::error::no_memory ||
         ec == boost::system::errc::too_many_files_open_in_system;
}

}  // namespace

class Server::State {
 public:
  State(Executor executor, Time& time, DeadlineList& deadlines, telemetry::Log& log, Handler& handler,
        ServerOptions options)
      : executor_(executor),
        time_(time),
        deadlines_(deadlines),
        log_(log),
        options_(options),
        date_(time),
        context_{time, deadlines, log, handler, options_, date_},
        acceptor_(executor),
        ended_(executor),
        force_deadline_([this] { force(); }),
        group_(executor, [this](std::exception_ptr) { log_.error("accepting connections failed", {}); }) {}

  ~State() { JUNGLE_CHECK(connections_.empty()); }

  Result<Endpoint> listen(std::string_view address, std::uint16_t port, Sharing sharing);
  void start() { group_.spawn(accept_connections()); }
  Task<void> stop(SteadyTime force_at);
  std::size_t connection_count() const { return connections_.size(); }

 private:
  boost::system::error_code open_and_bind(const Tcp::endpoint& endpoint, bool share);
  Task<void> accept_connections();
  Task<void> pause_for_shortage(const boost::system::error_code& ec);
  bool make_room();
  void adopt(Socket socket, const Tcp::endpoint& peer);
  void force();

  Executor executor_;
  Time& time_;
  DeadlineList& deadlines_;
  telemetry::Log& log_;
  const ServerOptions options_;
  DateText date_;
  ConnectionContext context_;
  Acceptor acceptor_;
  boost::intrusive::list<Connection> connections_;
  Signal ended_;
  DeadlineList::Entry force_deadline_;
  bool short_of_resources_ = false;
  bool crowded_ = false;
  TaskGroup group_;
};

boost::system::error_code Server::State::open_and_bind(const Tcp::endpoint& endpoint, bool share) {
  boost::system::error_code ec;
  acceptor_.close(ec);
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(Acceptor::reuse_address(true), ec);
  if (!ec && share) acceptor_.set_option(ReusePort(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(kBacklog, ec);
  return ec;
}

Result<Endpoint> Server::State::listen(std::string_view address, std::uint16_t port, Sharing sharing) {
  boost::system::error_code ec;
  const auto parsed = asio::ip::make_address(address, ec);
  if (ec) {
    return Error{ErrorCode::kInvalidArgument,
                 "cannot listen on '" + std::string(address) + "': not an IPv4 or IPv6 address", ec.message()};
  }
  Tcp::endpoint endpoint(parsed, port);
  if (sharing == Sharing::kFirst && port != 0) {
    // SO_REUSEPORT would let a second gateway of the same user join silently: ask without it first.
    if (const auto refused = open_and_bind(endpoint, false); refused) return listen_failure(endpoint, refused);
  }
  if (const auto refused = open_and_bind(endpoint, true); refused) return listen_failure(endpoint, refused);
  endpoint = acceptor_.local_endpoint(ec);
  if (ec) return listen_failure(endpoint, ec);
  Endpoint bound;
  bound.address = endpoint.address().to_string();
  bound.port = endpoint.port();
  return bound;
}

Task<void> Server::State::accept_connections() {
  while (acceptor_.is_open()) {
    Tcp::endpoint peer;
    auto [ec, socket] = co_await acceptor_.async_accept(peer, asio::as_tuple(use_task));
    if (ec == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (is_shortage(ec)) {
      co_await pause_for_shortage(ec);
    } else if (!ec) {
      short_of_resources_ = false;
      adopt(std::move(socket), peer);
    }  // Anything else befell the one connection that was to be accepted.
  }
}

Task<void> Server::State::pause_for_shortage(const boost::system::error_code& ec) {
  if (!short_of_resources_) {
    log_.error("cannot accept connections; raise the limit of open files", {{"error", ec.message()}});
    short_of_resources_ = true;
  }
  const SteadyTime until = time_.steady_now() + kAcceptPause;
  co_await time_.sleep_until(until);
}

// At the limit an idle connection ends; without one, the newcomer has to go.
bool Server::State::make_room() {
  if (connections_.size() < options_.connections_max) {
    crowded_ = false;
    return true;
  }
  if (!crowded_) log_.warn("too many connections", {{"limit", options_.connections_max}});
  crowded_ = true;
  for (Connection& connection : connections_) {
    if (connection.close_if_idle()) return true;
  }
  return false;
}

void Server::State::adopt(Socket socket, const Tcp::endpoint& peer) {
  if (!make_room()) return;
  boost::system::error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  auto* connection = new Connection(std::move(socket), peer, context_);  // Owned by `connections_`.
  connections_.push_back(*connection);
  asio::co_spawn(executor_, connection->serve(),
                 asio::bind_cancellation_slot(connection->slot(), [this, connection](std::exception_ptr error) {
                   connections_.erase_and_dispose(connections_.iterator_to(*connection),
                                                  std::default_delete<Connection>());
                   if (connections_.empty()) ended_.notify_all();
                   if (error) log_.error("a connection failed", {});
                 }));
}

Task<void> Server::State::stop(SteadyTime force_at) {
  context_.stopping = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  group_.cancel();
  for (Connection& connection : connections_)
    connection.stop();
  deadlines_.arm(force_deadline_, force_at);
  co_await group_.join();
  while (!connections_.empty()) {
    const bool woken = co_await ended_.wait();
    if (!woken) break;
  }
  force_deadline_.disarm();
}

void Server::State::force() {
  for (auto it = connections_.begin(); it != connections_.end();)
    (it++)->force_stop();
  // Again at the next tick: a connection may just have changed its phase.
  if (!connections_.empty()) deadlines_.arm(force_deadline_, deadlines_.coarse_now() + DeadlineList::kTick);
}

Server::Server(Executor executor, Time& time, DeadlineList& deadlines, telemetry::Log& log, Handler& handler,
               ServerOptions options)
    : state_(std::make_unique<State>(executor, time, deadlines, log, handler, options)) {}

Server::~Server() = default;

Result<Endpoint> Server::listen(std::string_view address, std::uint16_t port, Sharing sharing) {
  return state_->listen(address, port, sharing);
}
void Server::start() { state_->start(); }
Task<void> Server::stop(SteadyTime force_at) { return state_->stop(force_at); }
std::size_t Server::connection_count() const { return state_->connection_count(); }

}  // namespace jungle::http

#include "http/client.h"

#include <utility>

#include "http/client_connection.h"
#include "http/connection_pool.h"

namespace jungle::http {
namespace {

Result<void> check(const ClientRequest& request) {
  if (!is_token(request.method)) return Error{ErrorCode::kInvalidArgument, "not an HTTP method", {}};
  for (const Header& header : request.headers) {
    if (is_valid(header)) continue;
    // The value may be a secret: only the name is shown, and only if it is one.
    const std::string name = is_token(header.name) ? std::string(header.name) : "a header field";
    return Error{ErrorCode::kInvalidArgument, name + ": the value cannot be sent in an HTTP header", {}};
  }
  return {};
}

}  // namespace

ClientResponse::ClientResponse(std::unique_ptr<ClientConnection> connection) : connection_(std::move(connection)) {}
ClientResponse::ClientResponse(ClientResponse&&) noexcept = default;
ClientResponse& ClientResponse::operator=(ClientResponse&& other) noexcept {
  if (this != &other) {
    give_back();
    connection_ = std::move(other.connection_);
  }
  return *this;
}
ClientResponse::~ClientResponse() { give_back(); }

void ClientResponse::give_back() {
  if (!connection_) return;
  ConnectionPool& pool = connection_->pool();
  pool.give_back(std::move(connection_));
}

int ClientResponse::status() const { return connection_->head().status; }
std::span<const Header> ClientResponse::headers() const { return connection_->head().headers; }
std::string_view ClientResponse::content_type() const { return header("content-type").value_or(std::string_view()); }
std::optional<Result<std::string>> ClientResponse::take_body(std::size_t bytes_max) {
  return connection_->take_body(bytes_max);
}
Task<Result<std::string>> ClientResponse::read_body(std::size_t bytes_max) { return connection_->read_body(bytes_max); }
Task<Result<std::string_view>> ClientResponse::read_some() { return connection_->read_some(); }
void ClientResponse::set_deadline(SteadyTime deadline) { connection_->set_deadline(deadline); }

Client::Client(Executor executor, DeadlineList& deadlines, telemetry::Log& log, boost::asio::thread_pool& blocking,
               const TlsContext& tls, ClientOptions options)
    : pool_(std::make_unique<ConnectionPool>(executor, deadlines, log, blocking, tls, std::move(options))) {}
Client::~Client() = default;

Task<Result<ClientResponse>> Client::send(const ClientRequest& request) {
  FailurePhase ignored = FailurePhase::kNotSent;
  FailurePhase& phase = request.failure_phase ? *request.failure_phase : ignored;
  phase = FailurePhase::kNotSent;
  if (auto valid = check(request); !valid) co_return valid.error();
  std::uint64_t body_bytes = 0;
  for (const std::string_view piece : request.body_pieces)
    body_bytes += piece.size();

  // Bounded by the number of resting connections: a fresh one is the last.
  for (;;) {
    if (pool_->stopping()) co_return Error{ErrorCode::kCancelled, "the gateway is stopping", {}};
    auto connection = pool_->take_idle(request);
    const bool is_fresh = !connection;
    if (is_fresh) {
      auto connected = co_await pool_->connect(request);
      if (!connected) co_return connected.error();
      connection = std::move(*connected);
    }
    auto answered = co_await connection->exchange(request, body_bytes);
    if (answered) co_return ClientResponse(std::move(connection));
    if (connection->has_sent()) phase = FailurePhase::kMaybeSent;
    if (is_fresh || connection->has_sent() || answered.error().code != ErrorCode::kUnavailable)
      co_return answered.error();
  }
}

Task<UrlSource> Client::source_of_server(const Url& server, SteadyTime deadline) {
  return pool_->source_of_server(server, deadline);
}

Result<void> Client::check_ca_file(const std::string& ca_file) const {
  auto context = pool_->tls().with_authorities_of(ca_file);
  if (!context) return context.error();
  return {};
}

Task<void> Client::stop() { return pool_->stop(); }
const EgressGuard& Client::egress() const { return pool_->egress(); }
std::size_t Client::idle_count() const { return pool_->idle_count(); }

}  // namespace jungle::http

// The HTTP/1.1 client of one worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/thread_pool.hpp>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/egress_guard.h"
#include "http/headers.h"
#include "http/limits.h"
#include "http/proxies.h"
#include "http/url.h"
#include "telemetry/log.h"

namespace jungle::http {

class TlsContext;
class ClientConnection;
class ConnectionPool;

// How far a failed request got. Only kNotSent may be repeated without asking what the request does.
enum class FailurePhase : std::uint8_t {
  kNotSent,    // Not one byte reached the peer's TCP: no name, no connection, no TLS, or refused by us.
  kMaybeSent,  // The peer may have processed it.
};

// A request. Borrows everything until send() has returned.
struct ClientRequest {
  const Url& url;
  std::string_view method = "POST";
  // Rendered lines, "Name: value\r\n" each, written as they are: for what a server's calls have in common.
  std::string_view fixed_headers = {};
  std::string_view credential_lines = {};  // Rendered likewise: what changes while those stay.
  std::span<const Header> headers = {};    // Checked; a bad one fails the request with kInvalidArgument.
  std::span<const std::string_view> body_pieces = {};
  SteadyTime deadline = kNever;                  // For the head of the answer, and its body unless moved.
  FailurePhase* failure_phase = nullptr;         // Set when send() fails, if not null.
  UrlSource source = UrlSource::kAdministrator;  // Who named the URL: where it may lead.
  std::string_view ca_file = {};                 // A PEM file of authorities to trust beside the client's.
};

// An answer whose head has arrived, and the connection it comes on. Destroying it gives the connection back, if the
// body was read to its end; if not, it is closed, which is how a call is cancelled upstream. Movable; used on the
// worker that sent the request; must not outlive the Client.
//
// Errors of reading: kDeadlineExceeded, kCancelled, kUnavailable (closed mid-body), kLimitExceeded,
// kUpstreamRejected (malformed chunks). After an error the connection is closed.
class ClientResponse {
 public:
  ClientResponse(ClientResponse&&) noexcept;
  ClientResponse& operator=(ClientResponse&&) noexcept;
  ~ClientResponse();

  int status() const;
  std::span<const Header> headers() const;
  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers(), name); }
  std::string_view content_type() const;  // Empty if there is none.

  // The whole body if it is here already, without a coroutine; else read_body() reads it.
  std::optional<Result<std::string>> take_body(std::size_t bytes_max);
  // The whole body, with kBodySlack bytes of spare capacity. kLimitExceeded if it is longer than `bytes_max`.
  Task<Result<std::string>> read_body(std::size_t bytes_max);
  // The next bytes of the body, as they arrive; empty at its end. Valid until the next call. For streams.
  Task<Result<std::string_view>> read_some();
  // Replaces the request's deadline: for streams that live longer than a call.
  void set_deadline(SteadyTime deadline);

 private:
  friend class Client;
  explicit ClientResponse(std::unique_ptr<ClientConnection> connection);
  void give_back();

  std::unique_ptr<ClientConnection> connection_;
};

struct ClientOptions {
  std::size_t idle_per_origin_max = kIdlePerOriginMax;
  // How long a connection rests before it is closed, unless its peer said `Keep-Alive: timeout=N`: then N - 1 s, but
  // not over kUpstreamIdleTimeMax.
  Seconds idle_time = kUpstreamIdleTime;
  Proxies proxies;
  EgressGuard egress;  // Asked before every look-up and for every address; connections are kept per UrlSource.
};

// Sends requests over kept connections, directly or through a proxy, one pool per origin. A request is sent once: it
// moves to a fresh connection only if nothing of it was written to the first. Follows no redirect, stores no cookie,
// asks for no encoding.
//
// One per worker, owned by it; everything runs on `executor`, except getaddrinfo, which runs on `blocking`: that pool
// must be joined before the executor's context is destroyed.
class Client {
 public:
  Client(Executor executor, DeadlineList& deadlines, telemetry::Log& log, boost::asio::thread_pool& blocking,
         const TlsContext& tls, ClientOptions options);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // REQUIRES: stop() has returned, and no ClientResponse is left.

  // Returns when the head of the answer is there, whatever its status. Errors: kUnavailable (no such host,
  // `connection to X was refused`, TLS, `X closed the connection before answering`), kDeadlineExceeded, kCancelled,
  // kUpstreamRejected (not HTTP), kLimitExceeded (head), kInvalidArgument (bad header), kPermissionDenied (guard).
  // Messages name the origin, and the proxy with its setting if there is one.
  Task<Result<ClientResponse>> send(const ClientRequest& request);
  // Closes idle connections and ends calls in flight; later calls fail with kCancelled. Returns when all have ended and
  // no ClientResponse is left.
  Task<void> stop();

  // What URLs count as that `server` names, by where it is: where its host is written as an address or localhost,
  // there; a name is in a private network if all its addresses are, and never on this machine (its owner could say so
  // of any name). Fails never: what cannot be found out is kPeer.
  Task<UrlSource> source_of_server(const Url& server, SteadyTime deadline);

  // Whether requests can name this file. kUnavailable says why not.
  Result<void> check_ca_file(const std::string& ca_file) const;

  std::size_t idle_count() const;
  const EgressGuard& egress() const;  // For URLs that are to be stored.

 private:
  std::unique_ptr<ConnectionPool> pool_;
};

}  // namespace jungle::http

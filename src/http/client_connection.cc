#include "http/client_connection.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "base/text.h"
#include "http/connection_pool.h"
#include "http/limits.h"
#include "http/tls.h"

namespace jungle::http {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::string_view kBrokeOff = "closed the connection in the middle of its answer";

// Methods whose lack of a body is said in words (RFC 9110 §8.6).
bool announces_empty_body(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

void set_option(int fd, int level, int option, int value) {
  (void)setsockopt(fd, level, option, &value, sizeof value);  // Without it a vanished peer is noticed later.
}

void probe_when_quiet(int fd) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(kProbeIdle.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(kProbePause.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kProbesMax);
}

bool is_address(const std::string& host) {
  boost::system::error_code ec;
  asio::ip::make_address(host, ec);
  return !ec;
}

}  // namespace

ClientConnection::ClientConnection(Executor executor, DeadlineList& deadlines, ConnectionPool& pool, PoolEntry& entry,
                                   const std::string& authority, const Proxy* proxy)
    : deadlines_(deadlines),
      pool_(pool),
      entry_(entry),
      socket_(executor),
      deadline_([this] { on_deadline(); }),
      proxy_(proxy),
      authority_(proxy ? proxy->description() : authority) {
  pool_.add(*this);
}

ClientConnection::~ClientConnection() {
  if (wire_) {
    wire_->set_owner(nullptr);
    wire_->close();
  }
  pool_.forget(*this);
}

Task<Result<void>> ClientConnection::connect(const Tcp::endpoint& endpoint, SteadyTime deadline) {
  deadlines_.arm(deadline_, std::min(deadline, deadlines_.coarse_now() + kConnectTime));
  boost::system::error_code failed;
  socket_.close(failed);
  socket_.open(endpoint.protocol(), failed);
  if (failed) co_return connect_failure(failed);
  auto [ec] = co_await socket_.async_connect(endpoint, asio::as_tuple(use_task));
  deadline_.disarm();
  if (closed_because_ != ErrorCode::kUnavailable) co_return failure("");
  if (ec) co_return connect_failure(ec);
  socket_.set_option(Tcp::no_delay(true), failed);
  probe_when_quiet(socket_.native_handle());
  wire_ = WirePtr(new Wire(std::move(socket_), deadlines_));
  wire_->set_owner(this);
  co_return Result<void>();
}

Error ClientConnection::connect_failure(const boost::system::error_code& ec) const {
  if (ec == asio::error::connection_refused && !proxy_)
    return Error{ErrorCode::kUnavailable, "connection to " + authority_ + " was refused", ec.message()};
  if (ec == asio::error::operation_aborted)
    return Error{ErrorCode::kCancelled, "the call was cancelled while connecting to " + authority_, ec.message()};
  return Error{ErrorCode::kUnavailable, "cannot connect to " + authority_ + ": " + ec.message(), ec.message()};
}

Task<Result<void>> ClientConnection::start_tls(const TlsContext& tls, const Url& url, SteadyTime deadline) {
  TlsStream& stream = wire_->start_tls(tls.native());
  SSL* const ssl = stream.native_handle();
  if (is_address(url.host())) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url.host().c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, url.host().c_str());
    SSL_set1_host(ssl, url.host().c_str());
  }
  deadlines_.arm(deadline_, std::min(deadline, deadlines_.coarse_now() + kTlsHandshakeTime));
  auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, asio::as_tuple(use_task));
  deadline_.disarm();
  if (!ec) co_return Result<void>();
  if (closed_because_ != ErrorCode::kUnavailable) co_return failure("");
  if (ec == asio::error::operation_aborted)
    co_return Error{ErrorCode::kCancelled, "the call was cancelled while connecting to " + authority_, {}};
  const std::string why = describe_tls_failure(SSL_get_verify_result(ssl), ec.message());
  co_return Error{ErrorCode::kUnavailable, "no TLS connection to " + authority_ + ": " + why, ec.message()};
}

Task<Result<void>> ClientConnection::exchange(const ClientRequest& request, std::uint64_t body_bytes) {
  has_sent_ = false;
  is_head_request_ = request.method == "HEAD";
  ++served_count_;
  set_deadline(request.deadline);
  render_request(request, body_bytes);
  wire_->begin_write();
  wire_->add(out_);
  for (const std::string_view piece : request.body_pieces)
    wire_->add(piece);
  if (!wire_->flush_now()) co_await wire_->flush();
  has_sent_ = wire_->written_bytes() > 0;
  if (const auto& error = wire_->write_error(); error) {
    if (closed_because_ != ErrorCode::kUnavailable) co_return failure("");
    if (error == asio::error::operation_aborted)
      co_return Error{ErrorCode::kCancelled, "the call to " + authority_ + " was cancelled", {}};
    if (error == asio::error::timed_out)
      co_return Error{ErrorCode::kUnavailable, authority_ + " stopped reading the request", {}};
    // A server may refuse a body without reading it: its answer can be there although the connection is not.
    if (wire_->bytes().empty() && (!has_sent_ || wire_->read_error()))
      co_return failure("closed the connection before answering");
  }
  HeadProgress progress;
  for (;;) {
    const auto complete = take_head(progress);
    if (!complete) co_return complete.error();
    if (*complete) break;
    const Wire::Wake wake = co_await wire_->wait();
    auto more = check_arrival(wake, progress.searched_bytes, "closed the connection before answering");
    if (!more) co_return more;
  }
  // A server has no business with this status: it is the proxy's own (RFC 9110 §15.5.8).
  if (head_.status == 407 && proxy_ && !is_tunnelled_) co_return proxy_refusal(request.url.authority());
  wire_->pin();
  start_body();
  co_return Result<void>();
}

void ClientConnection::render_request(const ClientRequest& request, std::uint64_t body_bytes) {
  out_.assign(request.method).append(" ");
  const bool is_proxied = proxy_ && !is_tunnelled_;
  if (is_proxied) out_.append("http://").append(request.url.authority());  // RFC 9112 §3.2.2.
  out_.append(request.url.target()).append(" HTTP/1.1\r\nHost: ");
  out_.append(request.url.authority()).append("\r\n");
  if (is_proxied) append_credential(out_);
  out_.append(request.fixed_headers).append(request.credential_lines);
  for (const Header& header : request.headers)
    out_.append(header.name).append(": ").append(header.value).append("\r\n");
  if (body_bytes > 0 || announces_empty_body(request.method)) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), body_bytes).ptr;
    out_.append("Content-Length: ").append(digits.data(), end).append("\r\n");
  }
  out_.append("\r\n");
}

// Whether the head of the answer is there; then it is parsed. Interim answers are passed over.
Result<bool> ClientConnection::take_head(HeadProgress& progress) {
  for (;;) {
    const std::string_view bytes = wire_->bytes();
    const std::size_t head_bytes = find_head_end(bytes, progress.searched_bytes);
    if (head_bytes > kHeadBytesMax || (head_bytes == 0 && bytes.size() >= kHeadBytesMax))
      return Error{ErrorCode::kLimitExceeded, "the head of the answer of " + authority_ + " is too long", {}};
    progress.searched_bytes = head_bytes == 0 ? bytes.size() : 0;
    if (head_bytes == 0) return false;
    const HeadFault fault = parse_response_head(bytes.substr(0, head_bytes), head_);
    if (fault != HeadFault::kNone || head_.status == 101)
      return Error{ErrorCode::kUpstreamRejected, "the answer of " + authority_ + " is not well-formed HTTP/1.1", {}};
    wire_->consume(head_bytes);
    if (head_.status >= 200) return true;
    if (++progress.interim_answers > kInterimAnswersMax)
      return Error{ErrorCode::kUpstreamRejected, authority_ + " sends interim answers without end", {}};
  }
}

// RFC 9112 §6.3.
void ClientConnection::start_body() {
  until_close_ = false;
  const Framing& framing = head_.framing;
  if (is_head_request_ || head_.status == 204 || head_.status == 304) {
    decoder_.start(BodyDecoder::Mode::kEmpty, 0);
  } else if (framing.chunked) {
    decoder_.start(BodyDecoder::Mode::kChunked, 0);
  } else if (framing.content_length) {
    decoder_.start(BodyDecoder::Mode::kCounted, *framing.content_length);
  } else {
    decoder_.start(BodyDecoder::Mode::kUntilClose, 0);
    until_close_ = true;
  }
}

// After a wait for more bytes than `had_bytes`. An error says why there will be none.
Result<void> ClientConnection::check_arrival(Wire::Wake wake, std::size_t had_bytes, std::string_view what_happened) {
  if (wake == Wire::Wake::kCancelled)
    return Error{ErrorCode::kCancelled, "the call to " + authority_ + " was cancelled", {}};
  if (wire_->bytes().size() > had_bytes || !wire_->read_error() || at_end_of_body()) return {};
  return failure(what_happened);
}

// A body without a length ends with its connection. OpenSSL calls an end without close_notify truncated; what matters
// of such bodies (JSON, events) says itself where it ends.
bool ClientConnection::at_end_of_body() {
  const auto& error = wire_->read_error();
  const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  if (!until_close_ || !ended || !decoder_.is_until_close() || !wire_->bytes().empty()) return false;
  decoder_.start(BodyDecoder::Mode::kEmpty, 0);
  return true;
}

std::optional<Result<std::string>> ClientConnection::take_body(std::size_t bytes_max) {
  const std::uint64_t length = decoder_.remaining_bytes();
  if (!head_.framing.content_length || length > wire_->bytes().size()) return std::nullopt;
  if (length > bytes_max) return body_too_large(bytes_max);
  std::string body;
  body.reserve(length + kBodySlack);
  auto piece = take_some();
  if (!piece) return piece.error();
  body.append(*piece);
  return body;
}

Task<Result<std::string>> ClientConnection::read_body(std::size_t bytes_max) {
  std::string body;
  // A length is only a promise: what a lie can make us set aside stays small.
  constexpr std::uint64_t kTrustedBytes = 1024 * 1024;
  const bool is_counted = head_.framing.content_length && !decoder_.done();
  if (is_counted && decoder_.remaining_bytes() > bytes_max) co_return body_too_large(bytes_max);
  body.reserve((is_counted ? std::min(decoder_.remaining_bytes(), kTrustedBytes) : 0) + kBodySlack);
  for (;;) {
    const auto piece = take_some();
    if (!piece) co_return piece.error();
    if (body.size() + piece->size() > bytes_max) co_return body_too_large(bytes_max);
    body.append(*piece);
    if (decoder_.done()) break;
    if (!piece->empty()) continue;
    const std::size_t had_bytes = wire_->bytes().size();
    const Wire::Wake wake = co_await wire_->wait();
    auto more = check_arrival(wake, had_bytes, kBrokeOff);
    if (!more) co_return more.error();
  }
  body.reserve(body.size() + kBodySlack);
  co_return body;
}

Error ClientConnection::body_too_large(std::size_t bytes_max) const {
  return Error{ErrorCode::kLimitExceeded,
               "the answer of " + authority_ + " is over " + std::to_string(bytes_max) + " bytes",
               {}};
}

Task<Result<std::string_view>> ClientConnection::read_some() {
  for (;;) {
    auto piece = take_some();
    if (!piece || !piece->empty() || decoder_.done()) co_return piece;
    const std::size_t had_bytes = wire_->bytes().size();
    const Wire::Wake wake = co_await wire_->wait();
    auto more = check_arrival(wake, had_bytes, kBrokeOff);
    if (!more) co_return more.error();
  }
}

// What has arrived of the body, without waiting. Empty: nothing, or the end.
Result<std::string_view> ClientConnection::take_some() {
  wire_->consume(std::exchange(lent_bytes_, 0));
  while (!decoder_.done()) {
    const BodyDecoder::Step step = decoder_.step(wire_->bytes());
    if (step.malformed)
      return Error{ErrorCode::kUpstreamRejected, "the chunked answer of " + authority_ + " is malformed", {}};
    if (!step.data.empty()) {
      lent_bytes_ = step.used_bytes;
      return step.data;
    }
    if (step.used_bytes == 0) break;
    wire_->consume(step.used_bytes);
  }
  return std::string_view();
}

void ClientConnection::set_deadline(SteadyTime deadline) {
  if (deadline == kNever) {
    deadline_.disarm();
  } else {
    deadlines_.arm(deadline_, deadline);
  }
}

void ClientConnection::on_deadline() {
  if (resting_) {
    pool_.drop(*this);
  } else {
    close(ErrorCode::kDeadlineExceeded);
  }
}

void ClientConnection::close(ErrorCode why) {
  closed_because_ = why;
  if (wire_) {
    wire_->close();
  } else {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
}

Error ClientConnection::failure(std::string_view what_happened) const {
  switch (closed_because_) {
    case ErrorCode::kDeadlineExceeded:
      return Error{ErrorCode::kDeadlineExceeded,
                   wire_ ? authority_ + " did not answer in time" : "connecting to " + authority_ + " took too long",
                   {}};
    case ErrorCode::kCancelled:
      return Error{ErrorCode::kCancelled, "the call to " + authority_ + " was cancelled: the gateway is stopping", {}};
    default:
      return Error{ErrorCode::kUnavailable, authority_ + " " + std::string(what_happened),
                   wire_ ? wire_->read_error().message() : std::string()};
  }
}

bool ClientConnection::is_reusable() const {
  if (!wire_ || wire_->read_error() || wire_->write_error() || until_close_ || !decoder_.done()) return false;
  if (head_.framing.close || (head_.minor_version == 0 && !head_.framing.keep_alive)) return false;
  return wire_->bytes().size() == lent_bytes_;  // More would be an answer that nobody asked for.
}

Seconds ClientConnection::peer_idle_time(Seconds otherwise) const {
  const auto field = find_header(head_.headers, "keep-alive");
  if (!field) return otherwise;
  constexpr std::string_view kTimeout = "timeout=";
  const auto at = field->find(kTimeout);
  if (at == std::string_view::npos) return otherwise;
  const std::string_view digits = field->substr(at + kTimeout.size());
  std::uint32_t seconds = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (ec != std::errc()) return otherwise;
  return std::min(Seconds(seconds) - Seconds(std::min(seconds, 1u)), kUpstreamIdleTimeMax);
}

bool ClientConnection::rest(SteadyTime until) {
  wire_->consume(std::exchange(lent_bytes_, 0));
  head_.headers.clear();
  wire_->unpin();
  wire_->shrink();
  wire_->arm();
  if (wire_->read_error()) return false;
  deadlines_.arm(deadline_, until);
  idle_since_ = deadlines_.coarse_now();
  resting_ = true;
  return true;
}

bool ClientConnection::wake_up() {
  resting_ = false;
  deadline_.disarm();
  if (wire_->read_error() || !wire_->bytes().empty()) return false;
  // The pending read tells of a close, but only once the loop gets to it. For connections that work this is enough; one
  // that has never been used twice, or has rested for a while, is asked.
  const bool is_proven = served_count_ > 1 && deadlines_.coarse_now() == idle_since_;
  return is_proven || !wire_->peer_has_closed();
}

void ClientConnection::on_wire_event() {
  if (resting_) pool_.drop(*this);
}

}  // namespace jungle::http

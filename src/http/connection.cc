#include "http/connection.h"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/check.h"
#include "http/limits.h"

namespace jungle::http {
namespace {

constexpr std::size_t kKeptBodyBytes = 64 * 1024;  // A larger body's memory is given back after its request.

std::string_view message_of(HeadFault fault) {
  switch (fault) {
    case HeadFault::kNone:
    case HeadFault::kMalformed:
      return "the request is not well-formed HTTP/1.1";
    case HeadFault::kTooManyHeaders:
      return "the request has more than 100 header fields";
    case HeadFault::kBadVersion:
      return "only HTTP/1.0 and HTTP/1.1 are spoken here";
    case HeadFault::kUnsupportedEncoding:
      return "the only transfer coding that is understood is chunked";
  }
  return "";
}

// RFC 9112 §3.2.2: a server accepts the absolute form too. What counts is the path; Host is checked as a header.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos || target[path] == '?' ? std::string_view("/") : target.substr(path);
  }
  return target;
}

int status_of(HeadFault fault) {
  switch (fault) {
    case HeadFault::kNone:
    case HeadFault::kMalformed:
      return 400;
    case HeadFault::kTooManyHeaders:
      return 431;
    case HeadFault::kBadVersion:
      return 505;
    case HeadFault::kUnsupportedEncoding:
      return 501;
  }
  return 400;
}

}  // namespace

Connection::Connection(Socket socket, const asio::ip::tcp::endpoint& peer, ConnectionContext& context)
    : context_(context),
      wire_(new Wire(std::move(socket), context.deadlines)),
      exchange_(*this),
      io_deadline_([this] { on_io_deadline(); }),
      call_deadline_([this] { on_call_deadline(); }),
      hang_up_deadline_([this] { cancel(CancelReason::kHangUp); }) {
  wire_->set_owner(this);
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  exchange_.peer_ = address.to_string();
  exchange_.is_loopback_peer_ = address.is_loopback();
}

Connection::~Connection() {
  wire_->set_owner(nullptr);
  wire_->close();
}

Task<void> Connection::serve() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    const Outcome outcome = co_await read_request();
    if (outcome == Outcome::kEnd) break;
    co_await run_handler();
    served_one_ = true;
    if (!keep_alive_) break;
  }
  io_deadline_.disarm();
  wire_->close();
}

Task<Wire::Wake> Connection::wait_until(SteadyTime deadline) {
  context_.deadlines.arm(io_deadline_, deadline);
  return wire_->wait();
}

Task<Connection::Outcome> Connection::read_request() {
  wire_->unpin();
  const SteadyTime idle_until = start_idling();
  while (wire_->bytes().empty()) {
    if (context_.stopping || timed_out_ || wire_->read_error()) co_return Outcome::kEnd;
    co_await wait_until(idle_until);
  }
  phase_ = Phase::kHead;
  std::size_t head_bytes = find_head_end(wire_->bytes(), 0);
  if (head_bytes == 0) {
    const Outcome complete = co_await read_head();
    if (complete == Outcome::kEnd) co_return complete;
    head_bytes = find_head_end(wire_->bytes(), 0);
  }
  const Refusal refusal = take_head(head_bytes);
  if (refusal.status != 0) {
    co_await refuse(refusal);
    co_return Outcome::kEnd;
  }
  if (!decoder_.done()) {
    const Outcome complete = co_await read_body();
    if (complete == Outcome::kEnd) co_return complete;
  }
  io_deadline_.disarm();
  exchange_.body_.reserve(exchange_.body_.size() + kBodySlack);
  co_return Outcome::kRequest;
}

// Until when the first byte of a request may take.
SteadyTime Connection::start_idling() {
  if (!wire_->bytes().empty()) return kNever;
  phase_ = Phase::kIdle;
  timed_out_ = false;
  wire_->shrink();
  return context_.deadlines.coarse_now() + (served_one_ ? kIdleTime : kFirstByteTime);
}

// Reads on until the head is complete.
Task<Connection::Outcome> Connection::read_head() {
  const SteadyTime deadline = context_.deadlines.coarse_now() + kHeadTime;
  timed_out_ = false;
  std::size_t searched = 0;
  Refusal refusal;
  for (;;) {
    const std::string_view bytes = wire_->bytes();
    const std::size_t head_bytes = find_head_end(bytes, searched);
    if (head_bytes != 0) co_return Outcome::kRequest;
    searched = bytes.size();
    if (searched >= kHeadBytesMax) {
      refusal = Refusal{431, "the request's head is over " + std::to_string(kHeadBytesMax) + " bytes"};
      break;
    }
    if (wire_->read_error()) co_return Outcome::kEnd;
    if (timed_out_) {
      refusal = Refusal{408, "the request's head did not arrive in time"};
      break;
    }
    co_await wait_until(deadline);
  }
  co_await refuse(refusal);
  co_return Outcome::kEnd;
}

// Parses the head that lies in the buffer and prepares the exchange and the body.
Connection::Refusal Connection::take_head(std::size_t head_bytes) {
  keep_alive_ = false;  // Until the request is known to be sound.
  is_head_request_ = false;
  if (head_bytes > kHeadBytesMax)
    return Refusal{431, "the request's head is over " + std::to_string(kHeadBytesMax) + " bytes"};
  const HeadFault fault = parse_request_head(wire_->bytes().substr(0, head_bytes), head_);
  if (fault != HeadFault::kNone) return Refusal{status_of(fault), std::string(message_of(fault))};
  wire_->consume(head_bytes);
  wire_->pin();
  fill_exchange();
  is_head_request_ = head_.method == "HEAD";

  const Framing& framing = head_.framing;
  if (framing.content_length.value_or(0) > context_.options.body_bytes_max) return body_too_large();
  if (framing.chunked) {
    decoder_.start(BodyDecoder::Mode::kChunked, 0);
  } else {
    decoder_.start(BodyDecoder::Mode::kCounted, framing.content_length.value_or(0));
  }
  keep_alive_ = !framing.close && (head_.minor_version == 1 || framing.keep_alive) && !context_.stopping;
  return decoder_.done() ? Refusal() : take_body_bytes();
}

void Connection::fill_exchange() {
  exchange_.method_ = head_.method;
  exchange_.target_ = origin_form(head_.target);
  exchange_.headers_ = head_.headers;
  if (exchange_.body_.capacity() > kKeptBodyBytes) exchange_.body_ = std::string();
  exchange_.body_.clear();
  exchange_.answered_ = false;
  exchange_.streaming_ = false;
  exchange_.peer_gone_ = false;
  exchange_.hang_up_ = HangUp::kCancel;
  exchange_.shutdown_ = Shutdown::kCancelStream;
  exchange_.cancel_reason_ = CancelReason::kNone;
  status_ = 0;
  answer_bytes_ = 0;
}

Connection::Refusal Connection::body_too_large() {
  return Refusal{413, "the request's body is over " + std::to_string(context_.options.body_bytes_max) + " bytes"};
}

// Moves what has arrived of the body into the exchange.
Connection::Refusal Connection::take_body_bytes() {
  std::string& body = exchange_.body_;
  // A length is only a promise: what a lie can make us set aside stays small.
  constexpr std::uint64_t kTrustedBytes = 1024 * 1024;
  const std::uint64_t announced = std::min(decoder_.remaining_bytes(), kTrustedBytes);
  if (body.capacity() - body.size() < announced) body.reserve(body.size() + announced + kBodySlack);
  while (!decoder_.done()) {
    const BodyDecoder::Step step = decoder_.step(wire_->bytes());
    if (step.malformed) return Refusal{400, "the request's chunked body is malformed"};
    if (step.used_bytes == 0) break;
    if (body.size() + step.data.size() > context_.options.body_bytes_max) return body_too_large();
    body.append(step.data);
    wire_->consume(step.used_bytes);
  }
  return Refusal();
}

Task<Connection::Outcome> Connection::read_body() {
  phase_ = Phase::kBody;
  timed_out_ = false;
  if (head_.framing.expects_continue && head_.minor_version == 1 && exchange_.body_.empty()) {
    wire_->begin_write();
    wire_->add("HTTP/1.1 100 Continue\r\n\r\n");
    if (!wire_->flush_now()) co_await wire_->flush();
    if (wire_->write_error()) co_return Outcome::kEnd;
  }
  SteadyTime deadline = context_.deadlines.coarse_now() + kBodyProgressTime;
  std::size_t unrewarded = 0;  // Bytes since the deadline last moved.
  Refusal refusal;
  while (!decoder_.done() && refusal.status == 0) {
    if (wire_->read_error()) co_return Outcome::kEnd;
    if (timed_out_) {
      refusal = Refusal{408, "the request's body did not arrive in time"};
      break;
    }
    co_await wait_until(deadline);
    unrewarded += wire_->bytes().size();
    if (unrewarded >= kBodyProgressBytes) {
      unrewarded = 0;
      deadline = context_.deadlines.coarse_now() + kBodyProgressTime;
    }
    refusal = take_body_bytes();
  }
  if (refusal.status == 0) co_return Outcome::kRequest;
  co_await refuse(refusal);
  co_return Outcome::kEnd;
}

Task<void> Connection::run_handler() {
  phase_ = Phase::kHandler;
  AccessLog* const access_log = context_.options.access_log;
  const SteadyTime started = access_log ? context_.time.steady_now() : SteadyTime();
  if (wire_->read_error()) {
    on_wire_event();
  } else {
    wire_->arm();  // So that a hang-up is noticed. The next request arrives through the same read.
  }
  bool threw = false;
  try {
    co_await context_.handler.handle(exchange_);
  } catch (const std::exception& error) {
    threw = true;
    context_.log.error("a request handler failed", {{"error", error.what()}, {"path", exchange_.path()}});
  } catch (...) {
    threw = true;
    context_.log.error("a request handler failed", {{"path", exchange_.path()}});
  }
  if (!exchange_.answered_ || exchange_.streaming_ || threw) co_await answer_for_handler(threw);
  if (exchange_.cancel_reason_ != CancelReason::kNone) co_await reset_cancellation();
  call_deadline_.disarm();
  hang_up_deadline_.disarm();
  if (exchange_.peer_gone_ || wire_->write_error() || context_.stopping) keep_alive_ = false;
  phase_ = Phase::kClosing;
  if (access_log) report(started);
}

// The handler left without an answer, or in the middle of one.
Task<void> Connection::answer_for_handler(bool threw) {
  if (exchange_.answered_) {
    keep_alive_ = false;  // Cut off: the peer must not take it for complete.
    co_return;
  }
  if (exchange_.cancel_reason_ == CancelReason::kHangUp) {
    keep_alive_ = false;
    co_return;
  }
  if (exchange_.cancel_reason_ != CancelReason::kNone) {
    co_await reset_cancellation();
  } else if (!threw) {
    context_.log.error("a request handler gave no answer", {{"path", exchange_.path()}});
  }
  const auto sent = co_await exchange_.respond(500, "application/json", R"({"error":"internal error"})");
  if (!sent) keep_alive_ = false;
}

void Connection::report(SteadyTime started) {
  AccessRecord record;
  record.method = exchange_.method_;
  record.target = exchange_.target_;
  record.peer = exchange_.peer_;
  record.status = status_;
  record.answer_bytes = answer_bytes_;
  record.duration = context_.time.steady_now() - started;
  context_.options.access_log->exchange_done(record);
}

// Answers what never reaches the handler, and ends the connection so that the peer sees the answer.
Task<void> Connection::refuse(Refusal refusal) {
  keep_alive_ = false;
  const std::string body = R"({"error":")" + refusal.message + "\"}";  // Our own words: nothing to escape.
  ResponseHead head;
  head.status = refusal.status;
  head.content_type = "application/json";
  render_head(head, framing_of(head, body.size()), out_);
  wire_->begin_write();
  wire_->add(out_);
  wire_->add(body);
  if (!wire_->flush_now()) co_await wire_->flush();
  if (!wire_->write_error()) co_await linger();
}

// Closing with unread bytes would reset the connection, and the peer could lose the answer.
Task<void> Connection::linger() {
  phase_ = Phase::kClosing;
  timed_out_ = false;
  wire_->unpin();
  wire_->shutdown_send();
  const SteadyTime deadline = context_.deadlines.coarse_now() + kLingerTime;
  std::size_t dropped = 0;
  for (;;) {
    dropped += wire_->bytes().size();
    wire_->consume(wire_->bytes().size());
    if (wire_->read_error() || timed_out_ || dropped > kLingerBytesMax || context_.stopping) break;
    co_await wait_until(deadline);
  }
}

void Connection::stop() {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kClosing:
      wire_->close();
      break;
    case Phase::kHandler:
      keep_alive_ = false;
      if (exchange_.streaming_ && exchange_.shutdown_ == Shutdown::kCancelStream) cancel(CancelReason::kShutdown);
      break;
    case Phase::kHead:
    case Phase::kBody:
      break;  // It becomes a call, and its answer says `Connection: close`.
  }
}

bool Connection::close_if_idle() {
  if (phase_ != Phase::kIdle || !wire_->is_open()) return false;
  wire_->close();
  return true;
}

void Connection::force_stop() {
  if (phase_ == Phase::kHandler) {
    cancel(CancelReason::kShutdown);
  } else {
    wire_->close();
  }
}

void Connection::on_wire_event() {
  if (phase_ != Phase::kHandler) return;
  const auto& error = wire_->read_error();
  if (!error) {
    wire_->arm();  // A pipelined request: it waits in the buffer. A full buffer is read on later.
    return;
  }
  exchange_.peer_gone_ = true;
  if (exchange_.hang_up_ == HangUp::kIgnore) return;
  if (error == asio::error::eof) {
    context_.deadlines.arm(hang_up_deadline_, context_.deadlines.coarse_now() + kHangUpGrace);
  } else {
    cancel(CancelReason::kHangUp);
  }
}

void Connection::on_io_deadline() {
  timed_out_ = true;
  wire_->wake();
}

void Connection::on_call_deadline() { cancel(CancelReason::kDeadline); }

void Connection::set_deadline(SteadyTime deadline) {
  if (exchange_.cancel_reason_ != CancelReason::kNone) return;  // The entry repeats the cancellation.
  if (deadline == kNever) {
    call_deadline_.disarm();
  } else {
    context_.deadlines.arm(call_deadline_, deadline);
  }
}

// Repeated until the handler takes note: a cancellation that comes between two of its waits would be lost.
void Connection::cancel(CancelReason reason) {
  if (phase_ != Phase::kHandler) return;
  if (reason == CancelReason::kHangUp && exchange_.hang_up_ == HangUp::kIgnore) return;
  if (exchange_.cancel_reason_ == CancelReason::kNone) exchange_.cancel_reason_ = reason;
  context_.deadlines.arm(call_deadline_, context_.deadlines.coarse_now() + DeadlineList::kTick);
  signal_.emit(asio::cancellation_type::terminal);
}

Task<void> Connection::reset_cancellation() {
  call_deadline_.disarm();
  exchange_.cancel_reason_ = CancelReason::kNone;
  co_await asio::this_coro::reset_cancellation_state();
}

}  // namespace jungle::http

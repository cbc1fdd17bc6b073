// The writing half of Connection.
#include <array>
#include <charconv>
#include <numeric>

#include <boost/asio/error.hpp>

#include "base/check.h"
#include "http/connection.h"

namespace jungle::http {
namespace {

std::uint64_t bytes_of(std::span<const std::string_view> pieces) {
  std::uint64_t bytes = 0;
  for (const std::string_view piece : pieces)
    bytes += piece.size();
  return bytes;
}

}  // namespace

Task<Result<void>> Connection::respond(const ResponseHead& head, std::span<const std::string_view> body_pieces) {
  auto done = respond_now(head, body_pieces);
  if (!done) done = co_await flush_answer();
  co_return std::move(*done);
}

std::optional<Result<void>> Connection::respond_now(const ResponseHead& head,
                                                    std::span<const std::string_view> body_pieces) {
  JUNGLE_CHECK(!exchange_.answered_);
  if (!is_writable(head)) return unwritable(head);
  exchange_.answered_ = true;
  status_ = head.status;
  render_head(head, framing_of(head, bytes_of(body_pieces)), out_);
  wire_->begin_write();
  wire_->add(out_);
  if (!is_head_request_ && !is_bodiless(head.status)) {
    for (const std::string_view piece : body_pieces)
      wire_->add(piece);
  }
  if (!wire_->flush_now()) return std::nullopt;
  return sent();
}

Task<Result<void>> Connection::flush_answer() {
  co_await wire_->flush();
  co_return sent();
}

Task<Result<void>> Connection::start_stream(const ResponseHead& head, std::span<const std::string_view> first_pieces) {
  JUNGLE_CHECK(!exchange_.answered_);
  if (!is_writable(head)) co_return unwritable(head);
  exchange_.answered_ = true;
  exchange_.streaming_ = true;
  status_ = head.status;
  chunked_ = head_.minor_version == 1;
  if (!chunked_) keep_alive_ = false;  // HTTP/1.0: the end of the connection is the end of the stream.
  AnswerFraming framing = framing_of(head, 0);
  framing.content_length.reset();
  framing.chunked = chunked_;
  render_head(head, framing, out_);
  wire_->begin_write();
  wire_->add(out_);
  add_chunk(first_pieces);
  if (!wire_->flush_now()) co_await wire_->flush();
  if (context_.stopping) stop();
  co_return sent();
}

Task<Result<void>> Connection::write(std::span<const std::string_view> pieces) {
  JUNGLE_CHECK(exchange_.streaming_);
  wire_->begin_write();
  add_chunk(pieces);
  if (!wire_->flush_now()) co_await wire_->flush();
  co_return sent();
}

Task<Result<void>> Connection::finish(std::span<const std::string_view> last_pieces) {
  JUNGLE_CHECK(exchange_.streaming_);
  wire_->begin_write();
  add_chunk(last_pieces);
  if (chunked_ && !is_head_request_) wire_->add("0\r\n\r\n");
  if (!wire_->flush_now()) co_await wire_->flush();
  if (!wire_->write_error()) exchange_.streaming_ = false;
  co_return sent();
}

AnswerFraming Connection::framing_of(const ResponseHead& head, std::uint64_t body_bytes) const {
  AnswerFraming framing;
  if (!is_bodiless(head.status)) framing.content_length = body_bytes;
  if (!keep_alive_) {
    framing.connection = ConnectionField::kClose;
  } else if (head_.minor_version == 0) {
    framing.connection = ConnectionField::kKeepAlive;
  }
  framing.date = context_.date.current(context_.deadlines.coarse_now());
  return framing;
}

// RFC 9112 §7.1. An empty chunk would end the body.
void Connection::add_chunk(std::span<const std::string_view> pieces) {
  const std::uint64_t bytes = bytes_of(pieces);
  if (bytes == 0 || is_head_request_) return;
  if (chunked_) {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
    chunk_head_.assign(digits.data(), end).append("\r\n");
    wire_->add(chunk_head_);
  }
  for (const std::string_view piece : pieces)
    wire_->add(piece);
  if (chunked_) wire_->add("\r\n");
}

Result<void> Connection::sent() {
  answer_bytes_ += wire_->written_bytes();
  const auto& error = wire_->write_error();
  if (!error) return {};
  keep_alive_ = false;
  if (error == asio::error::timed_out)
    return Error{ErrorCode::kDeadlineExceeded, "the client stopped reading its answer", {}};
  if (error == asio::error::operation_aborted)
    return Error{ErrorCode::kCancelled, "the call was cancelled while its answer was written", {}};
  return Error{ErrorCode::kUnavailable, "the client closed the connection", error.message()};
}

Error Connection::unwritable(const ResponseHead& head) const {
  Error error{ErrorCode::kInternal, "an answer has a header field that cannot be written", {}};
  for (const Header& header : head.headers)
    error.detail.append(header.name).append(" ");
  return error;
}

Task<Result<void>> Exchange::respond(const ResponseHead& head, std::span<const std::string_view> body_pieces) {
  return connection_.respond(head, body_pieces);
}

std::optional<Result<void>> Exchange::respond_now(const ResponseHead& head,
                                                  std::span<const std::string_view> body_pieces) {
  return connection_.respond_now(head, body_pieces);
}

Task<Result<void>> Exchange::flush_answer() { return connection_.flush_answer(); }

Task<Result<void>> Exchange::respond(int status, std::string_view content_type, std::string_view body) {
  ResponseHead head;
  head.status = status;
  head.content_type = content_type;
  const std::array<std::string_view, 1> pieces{body};
  co_return co_await connection_.respond(head, pieces);
}

Task<Result<void>> Exchange::start_stream(const ResponseHead& head) {
  return connection_.start_stream(head, std::span<const std::string_view>());
}

Task<Result<void>> Exchange::start_stream(const ResponseHead& head, std::span<const std::string_view> first_pieces) {
  return connection_.start_stream(head, first_pieces);
}

Task<Result<void>> Exchange::write(std::span<const std::string_view> pieces) { return connection_.write(pieces); }

Task<Result<void>> Exchange::finish() { return connection_.finish(std::span<const std::string_view>()); }

Task<Result<void>> Exchange::finish(std::span<const std::string_view> last_pieces) {
  return connection_.finish(last_pieces);
}

std::string_view Exchange::query() const {
  const auto mark = target_.find('?');
  return mark == std::string_view::npos ? std::string_view() : target_.substr(mark + 1);
}

void Exchange::set_deadline(SteadyTime deadline) { connection_.set_deadline(deadline); }
void Exchange::cancel(CancelReason reason) { connection_.cancel(reason); }
Task<void> Exchange::reset_cancellation() { return connection_.reset_cancellation(); }
DeadlineList& Exchange::deadlines() { return connection_.deadlines(); }

}  // namespace jungle::http

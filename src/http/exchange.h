// One request and its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/headers.h"

namespace jungle::http {

class Connection;

// The head of an answer. Borrowed until the function that takes it has returned. Content-Length, Transfer-Encoding,
// Connection and Date are ours to write; naming one of them in `headers`, or a field that is_valid() refuses, makes
// the answer a 500.
struct ResponseHead {
  int status = 200;
  std::string_view content_type;  // Not written if empty.
  std::span<const Header> headers;
};

// What becomes of the handler when its peer goes away.
enum class HangUp : std::uint8_t { kCancel, kIgnore };

// What becomes of a streaming handler when the server stops. Handlers that do not stream may always finish.
enum class Shutdown : std::uint8_t { kCancelStream, kFinish };

enum class CancelReason : std::uint8_t {
  kNone,
  kHangUp,     // The peer closed or reset the connection.
  kDeadline,   // set_deadline() passed.
  kShutdown,   // The server stops.
  kRequested,  // cancel() was called.
};

// One request and its answer. Owned by the server's connection, valid while Handler::handle runs, used on the worker's
// executor only. Everything that is borrowed from it (method(), headers(), ...) lives as long.
//
// Cancellation ends the operation the handler is waiting for (operation_aborted, kCancelled); it is repeated every
// DeadlineList::kTick until the handler returns or calls reset_cancellation(), so it cannot fall between two waits.
//
// An answer's errors: kCancelled (cancelled while writing), kUnavailable (the peer is gone), kDeadlineExceeded (the
// peer stopped reading). After an error the connection is closed; nothing more can be answered.
class Exchange {
 public:
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }  // Origin form ("/path?query"), or "*" for OPTIONS.
  std::string_view path() const { return target_.substr(0, target_.find('?')); }
  std::string_view query() const;  // Without the question mark.
  std::span<const Header> headers() const { return headers_; }
  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers_, name); }
  // The whole body. May be moved from. Has kBodySlack bytes of spare capacity.
  std::string& body() { return body_; }
  std::string_view peer() const { return peer_; }  // The peer's IP address.
  bool is_loopback_peer() const { return is_loopback_peer_; }

  // Answers with a whole body in one write. `body_pieces` are written one after the other, without copying them.
  // REQUIRES: not answered().
  Task<Result<void>> respond(const ResponseHead& head, std::span<const std::string_view> body_pieces);
  // The same without a coroutine, if the kernel takes all of it at once; else nothing, and the rest is
  // flush_answer()'s, until which the pieces must stay.
  std::optional<Result<void>> respond_now(const ResponseHead& head, std::span<const std::string_view> body_pieces);
  Task<Result<void>> flush_answer();
  Task<Result<void>> respond(int status, std::string_view content_type, std::string_view body);
  // Begins an answer of unknown length; the first chunk may go out with its head. REQUIRES: not answered().
  Task<Result<void>> start_stream(const ResponseHead& head);
  Task<Result<void>> start_stream(const ResponseHead& head, std::span<const std::string_view> first_pieces);
  // Sends one chunk; returns when the kernel took it, so a slow reader slows the writer. One call at a time.
  // REQUIRES: streaming().
  Task<Result<void>> write(std::span<const std::string_view> pieces);
  // Ends the stream. A stream that is not finished when handle() returns is cut off, so that the peer notices.
  Task<Result<void>> finish();
  Task<Result<void>> finish(std::span<const std::string_view> last_pieces);
  bool answered() const { return answered_; }    // respond() or start_stream() was called.
  bool streaming() const { return streaming_; }  // Between start_stream() and finish().
  bool peer_gone() const { return peer_gone_; }

  void set_hang_up(HangUp what) { hang_up_ = what; }
  void set_shutdown(Shutdown what) { shutdown_ = what; }  // kFinish for a call whose answer is a stream.
  // Cancels the handler at `deadline`, up to a tick late. May be called again; kNever disarms.
  void set_deadline(SteadyTime deadline);
  void cancel(CancelReason reason);  // The first reason stays until reset_cancellation().
  CancelReason cancel_reason() const { return cancel_reason_; }
  // Makes waiting and writing possible again after a cancellation. Disarms the deadline. Works only in the coroutine
  // that runs handle(), not in one that was spawned from it.
  Task<void> reset_cancellation();
  DeadlineList& deadlines();

 private:
  friend class Connection;
  explicit Exchange(Connection& connection) : connection_(connection) {}

  Connection& connection_;
  std::string_view method_;
  std::string_view target_;
  std::span<const Header> headers_;
  std::string body_;
  std::string peer_;
  bool is_loopback_peer_ = false;
  // Of the current request.
  bool answered_ = false;
  bool streaming_ = false;
  bool peer_gone_ = false;
  HangUp hang_up_ = HangUp::kCancel;
  Shutdown shutdown_ = Shutdown::kCancelStream;
  CancelReason cancel_reason_ = CancelReason::kNone;
};

}  // namespace jungle::http

// One TCP connection, plain or TLS, as bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <sys/uio.h>

#include "base/deadline_list.h"
#include "base/task.h"

namespace jungle::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket&>;

// A connection's socket with its read buffer. While the owner is interested a read is always pending, so bytes, a
// hang-up and a reset are noticed when they happen, for the price of the read that had to be made anyway: there is no
// polling before reuse, and none while a handler runs.
//
// Counted references: the owner has one, and so does the pending read, which ends after close(). Owner and Wire live on
// one executor. Knows nothing of HTTP and has no deadline but the one on writing.
class Wire : public boost::intrusive_ref_counter<Wire, boost::thread_unsafe_counter> {
 public:
  // Told about bytes and about the end when no coroutine waits for them. May close or release the wire.
  class Owner {
   public:
    virtual void on_wire_event() = 0;

   protected:
    ~Owner() = default;
  };
  enum class Wake : std::uint8_t { kReadable, kCancelled, kWoken };

  Wire(Socket socket, DeadlineList& deadlines);
  ~Wire();

  void set_owner(Owner* owner) { owner_ = owner; }  // Null: nobody is told.
  Socket& socket() { return socket_; }
  TlsStream& start_tls(asio::ssl::context& context);  // The handshake is the caller's.
  bool is_tls() const { return tls_.has_value(); }

  // Reading. bytes() is what arrived and was not consumed; views of it live until the next arm() or wait(), unless they
  // lie before the place where pin() was called: those live until unpin().
  std::string_view bytes() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  void pin();
  void unpin();
  // Starts a read unless one is pending or the peer has ended; false if the buffer is full (of bytes to be consumed).
  bool arm();
  // Why nothing more will come: end of file, a reset, or operation_aborted after close(). Bytes may be left.
  const boost::system::error_code& read_error() const { return read_error_; }
  // Arms, and returns at the next arrival or end (kReadable), at wake() or when the coroutine is cancelled. Where the
  // end has come already it returns soon. One waiter at a time.
  Task<Wake> wait();
  void wake();
  // Whether the kernel knows of an end that no event has told us of yet.
  bool peer_has_closed();

  // Writing. Pieces are collected with begin_write() and add(), then written by flush(), in as few system calls as
  // possible and without a coroutine when the kernel takes them at once. The bytes must stay until then.
  void begin_write() {
    pieces_.clear();
    first_piece_ = 0;
    written_ = 0;
  }
  void add(std::string_view piece) {
    if (!piece.empty()) pieces_.push_back(iovec{const_cast<char*>(piece.data()), piece.size()});
  }
  // True: everything is written, or failed (see write_error()). False: co_await flush().
  bool flush_now();
  Task<void> flush();  // Fails with timed_out when the peer takes nothing for kWriteStallTime.
  const boost::system::error_code& write_error() const { return write_error_; }
  std::size_t written_bytes() const { return written_; }  // Since begin_write().

  void close();  // Ends the pending read and wakes the waiter.
  bool is_open() const { return socket_.is_open(); }
  void shutdown_send();
  // Gives memory that a large message took back. REQUIRES: nothing is pinned.
  void shrink();

 private:
  using WaitHandler = asio::async_result<asio::use_awaitable_t<Executor>, void(Wake)>::handler_type;
  struct ReadHandler;

  bool make_room();
  void replace_buffer(std::size_t capacity);
  void start_read();
  void on_read(const boost::system::error_code& ec, std::size_t count);
  void finish_wait_later(Wake why);
  ssize_t send_pieces(std::span<iovec> pieces);
  bool send_some();
  Task<void> flush_tls();

  Socket socket_;
  std::optional<TlsStream> tls_;
  Owner* owner_ = nullptr;

  // Reading: [base_, begin_) is pinned or consumed, [begin_, end_) is bytes().
  std::unique_ptr<char[]> buffer_;
  std::unique_ptr<char[]> pinned_;  // A former buffer that pinned views refer to.
  std::size_t capacity_ = 0;
  std::size_t base_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool is_pinned_ = false;
  bool reading_ = false;
  boost::system::error_code read_error_;
  std::optional<WaitHandler> waiter_;

  // Writing.
  std::vector<iovec> pieces_;
  std::size_t first_piece_ = 0;
  std::size_t written_ = 0;
  boost::system::error_code write_error_;
  DeadlineList& deadlines_;
  DeadlineList::Entry stall_deadline_;
};

using WirePtr = boost::intrusive_ptr<Wire>;

}  // namespace jungle::http

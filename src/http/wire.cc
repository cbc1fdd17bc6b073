#include "http/wire.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include "base/check.h"
#include "http/limits.h"

namespace jungle::http {
namespace {

constexpr std::size_t kCapacityStart = 8 * 1024;  // Most messages fit; an idle connection costs this much.
constexpr std::size_t kCapacityBulk = 64 * 1024;  // For connections that fill their buffer.
constexpr std::size_t kCapacityMax = 128 * 1024;  // Holds the largest head with room behind it.
constexpr std::size_t kRoomMin = 2 * 1024;        // Less room than this is not worth a read.
constexpr std::size_t kPiecesPerCall = 64;        // Of one sendmsg; the kernel takes up to 1024.
constexpr std::size_t kGatherRoom = 4096;  // So few are copied: that costs less than the kernel's walk over them.
static_assert(kCapacityMax >= kHeadBytesMax + kRoomMin);

// Copies the pieces one behind the other; 0 if there is no room for all, or only one.
std::size_t gather(std::span<const iovec> pieces, std::span<char> room) {
  if (pieces.size() < 2) return 0;
  std::size_t bytes = 0;
  for (const iovec& piece : pieces) {
    if (piece.iov_len > room.size() - bytes) return 0;
    std::memcpy(room.data() + bytes, piece.iov_base, piece.iov_len);
    bytes += piece.iov_len;
  }
  return bytes;
}

}  // namespace

struct Wire::ReadHandler {
  WirePtr wire;
  void operator()(const boost::system::error_code& ec, std::size_t count) { wire->on_read(ec, count); }
};

Wire::Wire(Socket socket, DeadlineList& deadlines)
    : socket_(std::move(socket)), deadlines_(deadlines), stall_deadline_([this] {
        write_error_ = asio::error::timed_out;
        close();
      }) {
  pieces_.reserve(8);
}

Wire::~Wire() = default;

TlsStream& Wire::start_tls(asio::ssl::context& context) { return tls_.emplace(socket_, context); }

void Wire::pin() {
  base_ = begin_;
  is_pinned_ = true;
}

void Wire::unpin() {
  base_ = 0;
  is_pinned_ = false;
  pinned_.reset();
}

bool Wire::arm() {
  if (reading_ || read_error_) return true;
  if (!make_room()) return false;
  start_read();
  return true;
}

bool Wire::make_room() {
  if (begin_ == end_) begin_ = end_ = base_;
  if (capacity_ - end_ >= kRoomMin) return true;
  const std::size_t unread = end_ - begin_;
  if (begin_ > base_ && capacity_ - base_ - unread >= kRoomMin) {
    std::memmove(buffer_.get() + base_, buffer_.get() + begin_, unread);
    begin_ = base_;
    end_ = base_ + unread;
    return true;
  }
  const std::size_t wanted = std::max({kCapacityStart, std::min(capacity_ * 2, kCapacityMax)});
  if (wanted == capacity_ && !(is_pinned_ && base_ > 0)) return false;
  if (unread + kRoomMin > wanted) return false;
  replace_buffer(wanted);
  return true;
}

// The unread bytes move; pinned ones stay where their views point.
void Wire::replace_buffer(std::size_t capacity) {
  auto next = std::make_unique_for_overwrite<char[]>(capacity);
  const std::size_t unread = end_ - begin_;
  if (unread > 0) std::memcpy(next.get(), buffer_.get() + begin_, unread);
  if (is_pinned_ && base_ > 0) pinned_ = std::move(buffer_);
  buffer_ = std::move(next);
  capacity_ = capacity;
  base_ = begin_ = 0;
  end_ = unread;
}

void Wire::start_read() {
  reading_ = true;
  const auto room = asio::buffer(buffer_.get() + end_, capacity_ - end_);
  if (tls_) {
    tls_->async_read_some(room, ReadHandler{WirePtr(this)});
  } else {
    socket_.async_read_some(room, ReadHandler{WirePtr(this)});
  }
}

void Wire::on_read(const boost::system::error_code& ec, std::size_t count) {
  reading_ = false;
  end_ += count;
  if (ec && !read_error_) read_error_ = ec;
  // A full buffer means that more is on its way: make the next read worth its call.
  if (end_ == capacity_ && capacity_ < kCapacityBulk) replace_buffer(kCapacityBulk);
  if (waiter_) {
    WaitHandler waiter = std::move(*waiter_);
    waiter_.reset();
    waiter(Wake::kReadable);
  } else if (owner_) {
    owner_->on_wire_event();
  }
}

Task<Wire::Wake> Wire::wait() {
  JUNGLE_CHECK(!waiter_);
  const bool armed = arm();
  JUNGLE_CHECK(armed);
  auto start = [this](WaitHandler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([this](asio::cancellation_type type) {
        if (type != asio::cancellation_type::none) finish_wait_later(Wake::kCancelled);
      });
    }
    waiter_.emplace(std::move(handler));
    if (read_error_ && !reading_) finish_wait_later(Wake::kReadable);
  };
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Wake)>(start, use_task);
}

void Wire::wake() { finish_wait_later(Wake::kWoken); }

// Resuming through the executor: the caller may be a cancellation slot, which must outlive its own call.
void Wire::finish_wait_later(Wake why) {
  if (!waiter_) return;
  auto resume = [waiter = std::move(*waiter_), why]() mutable { waiter(why); };
  waiter_.reset();
  asio::post(socket_.get_executor(), std::move(resume));
}

bool Wire::peer_has_closed() {
  if (read_error_) return true;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got == 0) return true;
  if (got > 0) return !tls_;  // Nobody asked for bytes; TLS has messages of its own, such as session tickets.
  return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
}

// Sends as many of `pieces` as one call takes.
ssize_t Wire::send_pieces(std::span<iovec> pieces) {
  constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
  std::array<char, kGatherRoom> gathered;
  if (const std::size_t bytes = gather(pieces, gathered); bytes > 0)
    return ::send(socket_.native_handle(), gathered.data(), bytes, kFlags);
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = std::min(pieces.size(), kPiecesPerCall);
  return ::sendmsg(socket_.native_handle(), &message, kFlags);
}

bool Wire::send_some() {
  const auto sent = send_pieces(std::span(pieces_).subspan(first_piece_));
  if (sent < 0) {
    if (errno == EINTR) return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    write_error_.assign(errno, boost::system::system_category());
    return true;
  }
  auto left = static_cast<std::size_t>(sent);
  written_ += left;
  while (left > 0) {
    iovec& piece = pieces_[first_piece_];
    if (left < piece.iov_len) {
      piece.iov_base = static_cast<char*>(piece.iov_base) + left;
      piece.iov_len -= left;
      break;
    }
    left -= piece.iov_len;
    ++first_piece_;
  }
  return true;
}

bool Wire::flush_now() {
  if (!socket_.is_open() && !write_error_) write_error_ = asio::error::operation_aborted;
  if (tls_ && !write_error_) return pieces_.empty();
  while (!write_error_ && first_piece_ < pieces_.size()) {
    if (!send_some()) return false;
  }
  return true;
}

Task<void> Wire::flush() {
  const WirePtr keep(this);
  if (tls_) {
    co_await flush_tls();
    co_return;
  }
  for (;;) {
    if (flush_now()) break;
    deadlines_.arm(stall_deadline_, deadlines_.coarse_now() + kWriteStallTime);
    auto [ec] = co_await socket_.async_wait(Socket::wait_write, asio::as_tuple(use_task));
    if (ec && !write_error_) write_error_ = ec;
  }
  stall_deadline_.disarm();
}

Task<void> Wire::flush_tls() {
  if (!socket_.is_open() && !write_error_) write_error_ = asio::error::operation_aborted;
  while (!write_error_ && first_piece_ < pieces_.size()) {
    // One record for the small pieces that follow each other: OpenSSL would make one of each.
    std::string record;
    constexpr std::size_t kRecordBytesMax = 16 * 1024;
    while (first_piece_ < pieces_.size() && record.size() < kRecordBytesMax) {
      iovec& piece = pieces_[first_piece_];
      const std::size_t taken = std::min(piece.iov_len, kRecordBytesMax - record.size());
      record.append(static_cast<const char*>(piece.iov_base), taken);
      piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
      piece.iov_len -= taken;
      if (piece.iov_len == 0) ++first_piece_;
    }
    written_ += record.size();  // Before the fact: after an error nobody knows how much of it left.
    deadlines_.arm(stall_deadline_, deadlines_.coarse_now() + kWriteStallTime);
    const auto buffer = asio::buffer(record);
    auto [ec, count] = co_await asio::async_write(*tls_, buffer, asio::as_tuple(use_task));
    (void)count;
    if (ec && !write_error_) write_error_ = ec;
  }
  stall_deadline_.disarm();
}

void Wire::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (!read_error_) read_error_ = asio::error::operation_aborted;
  finish_wait_later(Wake::kReadable);
}

void Wire::shutdown_send() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Wire::shrink() {
  if (capacity_ > kCapacityStart && begin_ == end_ && !reading_) replace_buffer(kCapacityStart);
}

}  // namespace jungle::http

#include "http/testing/loopback_fixture.h"

#include <cerrno>
#include <cstdint>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/body_decoder.h"

namespace jungle::http::testing {

bool LoopbackTest::run_until(const std::function<bool()>& condition) {
  context_.restart();
  for (int idle_turns = 0; !condition(); context_.restart()) {
    // A short wait: what the condition looks at may be a socket that this context does not know.
    const bool idle = context_.run_one_for(kTurn) == 0;
    if (idle && ++idle_turns > kPatience / kTurn) return false;
  }
  return true;
}

void LoopbackTest::run_io(Task<void> body) {
  bool done = false;
  std::exception_ptr error;
  auto quietly = [](Task<void> work) -> Task<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(work);
  };
  asio::co_spawn(context_, quietly(std::move(body)), [&](std::exception_ptr e) {
    done = true;
    error = e;
  });
  const bool ended = run_until([&] { return done; });
  if (error) std::rethrow_exception(error);
  ASSERT_TRUE(ended) << "the coroutine is stuck: nothing can wake it";
}

void LoopbackTest::advance(Millis by) {
  for (Millis left = by; left.count() > 0; left -= std::min(left, DeadlineList::kTick))
    time_.advance(std::min(left, DeadlineList::kTick));
}

std::string RawAnswer::header(std::string_view name) const {
  MessageHead parsed;
  if (parse_response_head(head, parsed) != HeadFault::kNone) return std::string();
  return std::string(find_header(parsed.headers, name).value_or(std::string_view()));
}

RawPeer::RawPeer(std::uint16_t port, Pump pump) : fd_(::socket(AF_INET, SOCK_STREAM, 0)), pump_(std::move(pump)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The backlog completes the handshake: nobody has to accept for this to return.
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ADD_FAILURE() << "cannot connect";
}

void RawPeer::send(std::string_view bytes) {
  pump_([&] {
    bytes.remove_prefix(send_some(bytes));
    return bytes.empty() || is_broken_;
  });
}

std::size_t RawPeer::send_some(std::string_view bytes) {
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  is_broken_ = errno != EAGAIN && errno != EWOULDBLOCK;
  return 0;
}

bool RawPeer::receive() {
  char chunk[64 * 1024];
  const auto got = ::recv(fd_, chunk, sizeof chunk, MSG_DONTWAIT);
  if (got > 0) {
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) ended_ = true;
  return ended_;
}

std::string RawPeer::read_until(std::string_view text) {
  pump_([&] { return buffer_.find(text) != std::string::npos || (receive() && ended_); });
  const auto at = buffer_.find(text);
  const std::size_t bytes = at == std::string::npos ? buffer_.size() : at + text.size();
  std::string read = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return read;
}

RawAnswer RawPeer::read_answer(bool is_answer_to_head) {
  RawAnswer answer;
  answer.head = read_until("\r\n\r\n");
  MessageHead head;
  if (parse_response_head(answer.head, head) != HeadFault::kNone) return answer;
  answer.status = head.status;
  BodyDecoder decoder;
  auto mode = head.framing.chunked          ? BodyDecoder::Mode::kChunked
              : head.framing.content_length ? BodyDecoder::Mode::kCounted
                                            : BodyDecoder::Mode::kUntilClose;
  const bool is_interim = head.status / 100 == 1;
  if (is_answer_to_head || is_interim || head.status == 204 || head.status == 304) mode = BodyDecoder::Mode::kEmpty;
  decoder.start(mode, head.framing.content_length.value_or(0));
  bool stuck = false;
  while (!decoder.done() && !stuck) {
    const BodyDecoder::Step step = decoder.step(buffer_);
    answer.body.append(step.data);
    buffer_.erase(0, step.used_bytes);
    if (step.used_bytes != 0) continue;
    const bool came = pump_([&] { return receive(); });
    stuck = !came || (ended_ && buffer_.empty());
  }
  answer.is_complete = decoder.done() || (decoder.is_until_close() && ended_);
  return answer;
}

bool RawPeer::ends() {
  return pump_([&] { return ended_ || (receive() && ended_); });
}

void RawPeer::shutdown_send() { ::shutdown(fd_, SHUT_WR); }

void RawPeer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void RawPeer::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawPeer::shrink_receive_buffer() {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace jungle::http::testing

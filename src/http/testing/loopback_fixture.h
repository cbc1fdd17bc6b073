// GoogleTest for code with real loopback sockets, on fake time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/deadline_list.h"
#include "base/task_group.h"
#include "base/testing/coro_test.h"
#include "http/message_head.h"

namespace jungle::http::testing {

// A CoroTest whose context also has sockets: what a test waits for arrives through the kernel, so run_until() runs
// handlers as they become ready. It sleeps only in epoll, and gives up after kPatience of real time.
class LoopbackTest : public jungle::testing::CoroTest {
 protected:
  static constexpr Millis kPatience{10'000};
  static constexpr Millis kTurn{2};

  LoopbackTest() { sweeps_.spawn(deadlines_.run_sweeps()); }
  ~LoopbackTest() override {
    sweeps_.cancel();
    time_.run_ready();
  }

  // False if nothing made `condition` true in time.
  bool run_until(const std::function<bool()>& condition);
  // Runs `body` to its end.
  void run_io(Task<void> body);
  // Moves fake time on, a tick at a time, with everything that becomes ready in between.
  void advance(Millis by);

  DeadlineList deadlines_{time_};
  TaskGroup sweeps_{context_.get_executor(), [](std::exception_ptr) {}};
};

// An answer as text.
struct RawAnswer {
  int status = 0;  // 0: there was none.
  std::string head;
  std::string body;
  bool is_complete = false;
  std::string header(std::string_view name) const;
};

// A client that writes whatever it is told, byte for byte, on a blocking socket of its own.
class RawPeer {
 public:
  // `pump` runs the code under test until the condition holds.
  using Pump = std::function<bool(const std::function<bool()>&)>;
  RawPeer(std::uint16_t port, Pump pump);
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() { close(); }

  void send(std::string_view bytes);
  std::size_t send_some(std::string_view bytes);  // What the kernel takes now.
  // The next answer; also one that is cut off, or none (status 0) if the connection ends first.
  RawAnswer read_answer(bool is_answer_to_head = false);
  // Everything until `text` has come, or the end.
  std::string read_until(std::string_view text);
  bool ends();  // Waits for the end of the connection; bytes that come first are kept for read_answer().
  void shutdown_send();
  void reset();  // Closes with RST.
  void close();
  void shrink_receive_buffer();

 private:
  bool receive();  // True if there was anything, or the end.

  int fd_ = -1;
  Pump pump_;
  std::string buffer_;
  bool ended_ = false;
  bool is_broken_ = false;  // Sending is of no use any more.
};

}  // namespace jungle::http::testing

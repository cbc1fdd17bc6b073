// What all tests of the whole gateway stand on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/deadline_list.h"
#include "base/guarded.h"
#include "base/task_group.h"
#include "base/testing/fake_time.h"
#include "http/tls.h"
#include "telemetry/log.h"

namespace jungle::e2e {

// Keeps every line, and which of them were errors.
class Journal final : public telemetry::Log {
 public:
  bool enabled(telemetry::LogLevel) const override { return true; }
  void write(telemetry::LogLevel level, std::string_view message, telemetry::LogFields fields) override;
  std::vector<std::string> lines() const;
  std::vector<std::string> errors() const;

 private:
  struct Pages {
    std::vector<std::string> lines;
    std::vector<std::string> errors;
  };
  Guarded<Pages> pages_;
};

// A byte that goes the way of all bytes on the loopback interface: when it has arrived, so has what was sent before.
class LoopbackFence {
 public:
  LoopbackFence();
  void pass();

 private:
  asio::io_context context_;
  asio::ip::tcp::socket in_{context_};
  asio::ip::tcp::socket out_{context_};
};

// One thread, on which the gateway, its clients and its servers live, real loopback sockets, and fake time. Nothing
// here waits by the clock: settle() returns when everything that can happen without time passing has happened.
class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  // Work on another thread that settle() must wait for: `fence` returns when what was begun before has come back. Null:
  // there is none. REQUIRES: nothing goes on.
  void wait_also_for(std::function<Task<void>()> fence);

  void settle();
  // A tick at a time, with everything that happens in between.
  void pass_time(Millis by);
  // For what a thread does that no fence is behind: false if it makes nothing of `condition` in 20 s of real time.
  bool wait_for(const std::function<bool()>& condition);
  // Runs `task` to its end; time passes if it has to. Throws if that takes a minute of fake time.
  void finish(Task<void> task);

  Executor executor() { return context.get_executor(); }

  asio::io_context context;
  testing::FakeTime time{context};
  DeadlineList deadlines{time};  // Of the clients and servers; the gateway has its own.
  Journal log;                   // Of the gateway.
  telemetry::NullLog peers_log;  // Of the others, which misbehave on purpose.
  boost::asio::thread_pool blocking{1};
  http::TlsContext tls;

 private:
  bool drain();
  std::size_t pass_fence();

  LoopbackFence loopback_;
  std::function<Task<void>()> fence_;
  std::size_t fence_handlers_ = 0;  // What the fence itself takes.
  TaskGroup sweeps_;
};

}  // namespace jungle::e2e

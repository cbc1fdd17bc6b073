#include "e2e/world.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);  // Real time: only what is stuck comes near it.

}  // namespace

void Journal::write(telemetry::LogLevel level, std::string_view message, telemetry::LogFields fields) {
  std::string line(message);
  for (const telemetry::LogField& field : fields)
    line.append(" ").append(field.key()).append("=").append(field.value());
  pages_.with([&](Pages& pages) {
    if (level == telemetry::LogLevel::kError) pages.errors.push_back(line);
    pages.lines.push_back(std::move(line));
  });
}

std::vector<std::string> Journal::lines() const {
  return pages_.with([](const Pages& pages) { return pages.lines; });
}

std::vector<std::string> Journal::errors() const {
  return pages_.with([](const Pages& pages) { return pages.errors; });
}

LoopbackFence::LoopbackFence() {
  using asio::ip::tcp;
  tcp::acceptor acceptor(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  out_.connect(acceptor.local_endpoint());
  acceptor.accept(in_);
  out_.set_option(tcp::no_delay(true));
}

void LoopbackFence::pass() {
  char byte = 0;
  asio::write(out_, asio::buffer(&byte, 1));
  asio::read(in_, asio::buffer(&byte, 1));
}

World::World()
    : tls(http::TlsContext::create({}).value()),
      sweeps_(executor(), [](std::exception_ptr) { ADD_FAILURE() << "the sweeps threw"; }) {
  sweeps_.spawn(deadlines.run_sweeps());
}

World::~World() {
  asio::post(context, [this] { sweeps_.cancel(); });
  settle();
  blocking.join();
}

// Whether anything happened.
bool World::drain() {
  bool has_run = false;
  for (;;) {
    context.restart();
    std::size_t handlers = context.poll();
    loopback_.pass();
    context.restart();
    handlers += context.poll();
    if (handlers == 0) return has_run;
    has_run = true;
  }
}

bool World::wait_for(const std::function<bool()>& condition) {
  while (!condition()) {
    context.restart();
    if (context.run_one_for(kPatience) == 0) return false;
  }
  return true;
}

// How many handlers ran meanwhile.
std::size_t World::pass_fence() {
  if (!fence_) return 0;
  bool done = false;
  asio::co_spawn(context, fence_(), [&](std::exception_ptr error) {
    done = true;
    EXPECT_FALSE(error);
  });
  std::size_t handlers = 0;
  const auto count_until_done = [&] {
    handlers += done ? 0 : 1;
    return done;
  };
  if (!wait_for(count_until_done)) throw std::runtime_error("work on another thread does not come back");
  return handlers;
}

void World::wait_also_for(std::function<Task<void>()> fence) {
  fence_ = std::move(fence);
  drain();
  fence_handlers_ = pass_fence();
}

// What came back from the other thread may have begun more there: it is over when a fence passes alone.
void World::settle() {
  bool is_quiet = false;
  while (!is_quiet) {
    drain();
    is_quiet = pass_fence() == fence_handlers_;
    if (drain()) is_quiet = false;
  }
}

void World::pass_time(Millis by) {
  constexpr int kTicksToSettle = 10;
  settle();
  const SteadyTime end = time.steady_now() + by;
  for (int tick = 1; time.steady_now() < end; ++tick) {
    const auto left = std::chrono::ceil<Millis>(end - time.steady_now());
    time.advance(std::min(left, DeadlineList::kTick));
    drain();
    if (tick % kTicksToSettle == 0) settle();
  }
  settle();
}

void World::finish(Task<void> task) {
  constexpr int kTicksMax = 600;
  bool done = false;
  std::exception_ptr error;
  asio::co_spawn(context, std::move(task), [&](std::exception_ptr e) {
    done = true;
    error = e;
  });
  settle();
  for (int tick = 0; tick < kTicksMax && !done; ++tick)
    pass_time(DeadlineList::kTick);
  if (!done) throw std::runtime_error("it does not end");
  if (error) std::rethrow_exception(error);
}

}  // namespace jungle::e2e

// Host names to addresses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

namespace jungle::http {

// Asks the system (getaddrinfo: /etc/hosts, DNS, whatever it is set up for) on the blocking pool. A question that
// hangs does not hold its caller: the caller leaves at its deadline or cancellation, and the late answer is dropped.
// Caches nothing: the system does, if it is to. One per worker; the pool must be joined before the executor's context
// is destroyed.
class Resolver {
 public:
  Resolver(Executor executor, DeadlineList& deadlines, asio::thread_pool& blocking)
      : executor_(executor), deadlines_(deadlines), blocking_(blocking) {}

  // Never empty. Numeric hosts are answered at once. kUnavailable (`no such host`), kDeadlineExceeded, kCancelled.
  Task<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(const std::string& host, std::uint16_t port,
                                                             SteadyTime deadline);
  // Whoever waits leaves with kCancelled, now and later.
  void stop();

 private:
  struct Question;

  Executor executor_;
  DeadlineList& deadlines_;
  asio::thread_pool& blocking_;
  std::vector<Question*> open_;  // Each on the frame of a resolve() that waits.
  bool stopped_ = false;
};

}  // namespace jungle::http

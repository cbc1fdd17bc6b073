// Whether servers can be reached.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/server_spec.h"
#include "telemetry/log.h"

namespace jungle::upstream {

// Why a server is of no use at the moment. A value.
struct Outage {
  std::string reason;       // For people; names the server.
  SystemTime since;         // When it was noticed.
  SteadyTime next_attempt;  // kNever: a person has to do something first.
};

// How a server's health turned: it was lost, since calls failed in a row, or an answer shows that it is back.
enum class Turn : std::uint8_t { kLost, kBack };
using OnTurn = std::function<void(const catalog::ServerName&, Turn)>;

// Whether it is heard when any of the lists that a server has changes.
enum class Hearing : std::uint8_t { kNo, kYes };
using OnHearing = std::function<void(const catalog::ServerName&, Hearing)>;

// Whether a failure means that the server could not be reached: no connection, no process, one that broke off before
// the answer, no answer to a greeting. An answer, whatever is in it, is none of these; nor is a call that took too long
// or that its client gave up.
bool is_connection_failure(const Error& error);

// What calls and listings found out about one server; its circuit breaker. After kFailuresMax calls in a row that could
// not reach it, further ones fail at once; one at a time is let through to see whether it is back.
//
// In a row: each of these calls began after the failure before it was known. So the hundred calls that one broken
// connection ends are one failure.
//
// Shared by all workers, from any thread. A call costs one relaxed load while all is well. Does nothing by itself.
class ServerHealth {
 public:
  // How many calls in a row had failed when a call began; 0: all is well, and there is nothing to tell but a failure.
  using Sight = std::uint32_t;

  // `on_turn` outlives it, as do the others.
  ServerHealth(Time& time, Random& random, telemetry::Log& log, const catalog::ServerSpec& spec, const OnTurn& on_turn);
  ServerHealth(const ServerHealth&) = delete;
  ServerHealth& operator=(const ServerHealth&) = delete;

  Sight look() const { return failures_.load(std::memory_order_relaxed); }
  // Whether a call may go on that saw trouble. Error: kUnavailable, with the server, the last reason, and when it is
  // tried again.
  Result<void> admit(Sight sight);
  // A call that began with `sight` could not reach the server; errors that are no connection failures are ignored.
  void failed(Sight sight, const Error& error);
  // It could: to be told if the call had seen trouble.
  void reached(Sight sight);

  // The same of a listing. `next_attempt` is when the server is to be listed again. One that took too long does not
  // mean that calls cannot reach the server.
  void listing_failed(const Error& error, SteadyTime next_attempt);
  void listing_succeeded();
  // The server was enabled or disabled: nothing is known of it.
  void begin_anew();

  std::optional<Outage> outage() const;

 private:
  struct State {
    std::optional<Outage> outage;
    bool is_unreachable = false;  // The outage is one that an answer to a call ends.
    SteadyTime next_probe{};      // Moved on while one is under way.
  };

  enum class Reach : std::uint8_t { kUnreachable, kReachable };
  void note_outage(State& state, const Error& error, Reach reach) const;
  Error unavailable(const State& state) const;

  Time& time_;
  Random& random_;
  telemetry::Log& log_;
  const catalog::ServerName name_;
  const OnTurn& on_turn_;
  std::atomic<Sight> failures_{0};
  Guarded<State> state_;
};

// The health of all servers. One per process, owned by Upstreams; from any thread.
class HealthBoard {
 public:
  HealthBoard(Time& time, Random& random, telemetry::Log& log) : time_(time), random_(random), log_(log) {}
  HealthBoard(const HealthBoard&) = delete;
  HealthBoard& operator=(const HealthBoard&) = delete;

  // Called on any thread. REQUIRES: no call was made yet.
  void on_turn(OnTurn on_turn) { on_turn_ = std::move(on_turn); }
  void on_hearing(OnHearing on_hearing) { on_hearing_ = std::move(on_hearing); }
  // Of a server with these settings: other settings, another health.
  std::shared_ptr<ServerHealth> of(const catalog::ServerSpec& spec);
  // None for a server that can be reached, as far as we know.
  std::optional<Outage> outage_of(const catalog::ServerName& name) const;
  void forget(const catalog::ServerName& name);
  // Tells who asked with on_hearing().
  void set_hearing(const catalog::ServerName& name, Hearing hearing) const {
    if (on_hearing_) on_hearing_(name, hearing);
  }

 private:
  struct Known {
    catalog::ServerSpec spec;
    std::shared_ptr<ServerHealth> health;
  };
  using Table = std::map<std::string, Known, std::less<>>;

  Time& time_;
  Random& random_;
  telemetry::Log& log_;
  OnTurn on_turn_;
  OnHearing on_hearing_;
  mutable Guarded<Table> table_;
};

}  // namespace jungle::upstream

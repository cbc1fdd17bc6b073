#include "upstream/server_health.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/time_text.h"
#include "upstream/backoff.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// "0.4 s", never "0.0 s".
std::string seconds_until(SteadyTime then, SteadyTime now) {
  const auto left = std::chrono::duration_cast<Millis>(then - now).count();
  const auto tenths = std::max<Millis::rep>(1, (left + 99) / 100);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

bool is_connection_failure(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded;
}

ServerHealth::ServerHealth(Time& time, Random& random, telemetry::Log& log, const catalog::ServerSpec& spec,
                           const OnTurn& on_turn)
    : time_(time), random_(random), log_(log), name_(spec.name), on_turn_(on_turn) {}

Error ServerHealth::unavailable(const State& state) const {
  const std::string reason = state.outage ? state.outage->reason : "server '" + name_.str() + "' is unavailable";
  const std::string since = state.outage ? " since " + rfc3339(state.outage->since) : "";
  return Error{ErrorCode::kUnavailable,
               reason + " (unavailable" + since + "; this call was not sent; the server is tried again in " +
                   seconds_until(state.next_probe, time_.steady_now()) + ")",
               {}};
}

Result<void> ServerHealth::admit(Sight sight) {
  if (sight < kFailuresMax) return {};
  const SteadyTime now = time_.steady_now();
  return state_.with([&](State& state) -> Result<void> {
    if (now < state.next_probe) return unavailable(state);
    state.next_probe = now + kProbeTime;
    return {};
  });
}

void ServerHealth::note_outage(State& state, const Error& error, Reach reach) const {
  if (!state.outage) state.outage = Outage{{}, time_.system_now(), kNever};
  state.outage->reason = error.message;
  state.is_unreachable = reach == Reach::kUnreachable;
}

void ServerHealth::failed(Sight sight, const Error& error) {
  if (!is_connection_failure(error)) return;
  const Sight next = sight == std::numeric_limits<Sight>::max() ? sight : sight + 1;
  // If another failure was counted since the call began, this one is the same event.
  if (!failures_.compare_exchange_strong(sight, next, std::memory_order_relaxed)) return;
  if (next < kFailuresMax) return;
  const bool has_opened = next == kFailuresMax;
  const SteadyTime now = time_.steady_now();
  state_.with([&](State& state) {
    note_outage(state, error, Reach::kUnreachable);
    state.next_probe = now + backoff(random_, kProbePauseMin, kProbePauseMax, next - kFailuresMax + 1);
    state.outage->next_attempt = state.next_probe;
  });
  if (!has_opened) return;
  log_.warn("a server cannot be reached: its calls fail at once until it is back",
            {{"server", name_.str()}, {"error", error.message}});
  if (on_turn_) on_turn_(name_, Turn::kLost);
}

void ServerHealth::reached(Sight sight) {
  if (sight == 0) return;
  const bool was_open = sight >= kFailuresMax;
  // Not if a failure was counted since the call began.
  if (!failures_.compare_exchange_strong(sight, 0, std::memory_order_relaxed)) return;
  const bool ends_outage = state_.with([](State& state) {
    if (!state.outage || !state.is_unreachable) return false;
    state.outage.reset();
    return true;
  });
  if (!was_open && !ends_outage) return;
  log_.info("a server is back", {{"server", name_.str()}});
  if (on_turn_) on_turn_(name_, Turn::kBack);
}

void ServerHealth::listing_failed(const Error& error, SteadyTime next_attempt) {
  Sight none = 0;
  const Reach reach = error.code == ErrorCode::kUnavailable ? Reach::kUnreachable : Reach::kReachable;
  // From now on calls tell when they reach it.
  if (reach == Reach::kUnreachable) failures_.compare_exchange_strong(none, 1, std::memory_order_relaxed);
  const bool is_new = state_.with([&](State& state) {
    const bool was_there = state.outage.has_value();
    note_outage(state, error, reach);
    state.outage->next_attempt = next_attempt;
    return !was_there;
  });
  if (is_new)
    log_.warn("a server is unavailable: what it offered last stays",
              {{"server", name_.str()}, {"error", error.message}});
}

void ServerHealth::listing_succeeded() {
  failures_.store(0, std::memory_order_relaxed);
  const bool was_out = state_.with([](State& state) { return std::exchange(state.outage, std::nullopt).has_value(); });
  if (was_out) log_.info("a server is back", {{"server", name_.str()}});
}

void ServerHealth::begin_anew() {
  failures_.store(0, std::memory_order_relaxed);
  state_.with([](State& state) { state = State(); });
}

std::optional<Outage> ServerHealth::outage() const {
  return state_.with([](const State& state) { return state.outage; });
}

std::shared_ptr<ServerHealth> HealthBoard::of(const catalog::ServerSpec& spec) {
  return table_.with([&](Table& table) {
    Known& known = table[spec.name.str()];
    if (!known.health || !(known.spec == spec)) {
      known.spec = spec;
      known.health = std::make_shared<ServerHealth>(time_, random_, log_, spec, on_turn_);
    }
    return known.health;
  });
}

std::optional<Outage> HealthBoard::outage_of(const catalog::ServerName& name) const {
  const auto health = table_.with([&](const Table& table) {
    const auto found = table.find(name.str());
    return found == table.end() ? nullptr : found->second.health;
  });
  return health ? health->outage() : std::nullopt;
}

void HealthBoard::forget(const catalog::ServerName& name) {
  table_.with([&](Table& table) { table.erase(name.str()); });
}

}  // namespace jungle::upstream

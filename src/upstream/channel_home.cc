#include "upstream/channel_home.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/cancelled.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

TaskGroup::OnError log_bug(telemetry::Log& log) {
  return [&log](std::exception_ptr error) {
    (void)error;
    log.error("an exception left a coroutine that talks to a server");
  };
}

// Whether a server that could not be greeted as `era` may have been replaced by a version of the other one. Legacy
// servers take `server/discover` in many ways: some refuse it, some ignore it, some end.
bool doubts_era(Era era, const Error& error) {
  if (era == Era::kLegacy) return error.code == ErrorCode::kUpstreamRejected;
  return era == Era::kModern && error.code != ErrorCode::kCancelled;
}

}  // namespace

ChannelHome::ChannelHome(Executor executor, Time& time, telemetry::Log& log, std::shared_ptr<ChannelMaker> maker,
                         std::shared_ptr<const ServerFacts> facts, const ServerNews& news, std::atomic<Era>& era,
                         std::atomic<std::uint64_t>& ids, Sharing sharing, mcp::ClientCapabilities capabilities)
    : executor_(executor),
      time_(time),
      log_(log),
      maker_(std::move(maker)),
      facts_(std::move(facts)),
      news_(news),
      era_(era),
      ids_(ids),
      sharing_(sharing),
      capabilities_(capabilities),
      shared_changed_(executor),
      calmer_(executor),
      tasks_(executor, log_bug(log)),
      endings_(executor, log_bug(log)) {}

void ChannelHome::submit(std::shared_ptr<ChannelCall> call) {
  last_call_ = time_.steady_now();
  if (closed_) return ChannelCall::finish(call, gone_error(facts_->spec));
  // The common case needs no coroutine: a session stands ready.
  if (is_shared() && shared_ && shared_->alive()) {
    shared_->start(std::move(call));
    return;
  }
  if (!is_shared() && !call->own_maker) {
    if (auto session = take_warm()) {
      start_alone(std::move(session), std::move(call));
      keep_warm();
      return;
    }
  }
  waiting_.emplace(call->id, call);
  tasks_.spawn(run_call(std::move(call)));
}

Task<void> ChannelHome::run_call(std::shared_ptr<ChannelCall> call) {
  const auto own_maker = call->own_maker;
  auto session = is_shared() ? ensure_shared() : open(era_.load(), own_maker ? own_maker : maker_);
  auto opened = co_await std::move(session);
  waiting_.erase(call->id);
  const bool withdrawn = withdrawn_.erase(call->id) != 0;
  if (!opened) {
    ChannelCall::finish(call, opened.error());
  } else if (withdrawn || hurry_) {
    ChannelCall::finish(call, withdrawn ? cancelled_error(facts_->spec) : gone_error(facts_->spec));
    if (own_maker) {
      end_in_background(endings_, std::move(*opened));
    } else if (!is_shared()) {
      keep(std::move(*opened));
    }
  } else if (is_shared()) {
    (*opened)->start(std::move(call));
  } else {
    start_alone(std::move(*opened), std::move(call));
    if (!own_maker) keep_warm();
  }
  calmer_.notify_all();
}

// The session's first and only call.
void ChannelHome::start_alone(SessionPtr session, std::shared_ptr<ChannelCall> call) {
  if (session->start(std::move(call))) {
    busy_.insert(std::move(session));
  } else {
    end_in_background(endings_, std::move(session));
  }
}

void ChannelHome::cancel(std::uint64_t id, std::string reason) {
  if (waiting_.count(id) != 0) {
    withdrawn_.insert(id);
    return;
  }
  if (shared_) shared_->cancel(id, reason);
  const auto busy = busy_;  // A call that ends takes its session out of the set.
  for (const SessionPtr& session : busy)
    session->cancel(id, reason);
}

void ChannelHome::answer(std::uint64_t id, const std::string& text) {
  if (shared_) shared_->answer(id, text);
  for (const SessionPtr& session : busy_)
    session->answer(id, text);
}

Task<Result<ChannelHome::SessionPtr>> ChannelHome::open(Era era, std::shared_ptr<ChannelMaker> maker) {
  const ChannelPlace at = place(*maker);
  auto opened = co_await open_channel_session(at, facts_, era, ids_, this);
  if (!opened && is_for_news() && may_be_for_capabilities(opened.error())) {
    ChannelPlace plain = at;
    plain.capabilities = {};
    opened = co_await open_channel_session(plain, facts_, era, ids_, this);
  }
  if (!opened) {
    if (may_change_era(facts_->spec) && doubts_era(era, opened.error())) era_.store(Era::kUnknown);
    co_return opened.error();
  }
  // Unless somebody found it out meanwhile.
  Era unknown = Era::kUnknown;
  era_.compare_exchange_strong(unknown, opened->greeting.era);
  co_return std::move(opened->session);
}

// Single flight: the first caller opens, the others wait for it and share a failure.
Task<Result<ChannelHome::SessionPtr>> ChannelHome::ensure_shared() {
  if (opening_shared_) {
    const auto attempt = shared_attempts_;
    while (opening_shared_ && attempt == shared_attempts_) {
      const bool woken = co_await shared_changed_.wait();
      if (!woken) co_return gone_error(facts_->spec);
    }
    if (shared_failure_) co_return *shared_failure_;
  }
  if (shared_ && shared_->alive()) co_return shared_;
  opening_shared_ = true;
  ++shared_attempts_;
  shared_failure_.reset();
  auto opened = co_await open(era_.load(), maker_);
  if (opened) {
    keep(*opened);
  } else {
    shared_failure_ = opened.error();
  }
  opening_shared_ = false;
  shared_changed_.notify_all();
  co_return opened;
}

ChannelHome::SessionPtr ChannelHome::take_warm() {
  while (!warm_.empty()) {
    SessionPtr session = std::move(warm_.front());
    warm_.pop_front();
    if (session->alive()) return session;
    end_in_background(endings_, std::move(session));
  }
  return nullptr;
}

// A fresh session becomes the shared one or joins the warm ones.
void ChannelHome::keep(SessionPtr session) {
  if (hurry_ || !session->alive()) return end_in_background(endings_, std::move(session));
  if (is_shared()) {
    if (shared_ && shared_->alive()) return end_in_background(endings_, std::move(session));
    if (shared_) end_shared();
    shared_ = std::move(session);
    if (on_shared_changed_) on_shared_changed_();
  } else if (static_cast<int>(warm_.size()) < std::clamp(facts_->spec.warm, 0, catalog::kWarmMax)) {
    warm_.push_back(std::move(session));
  } else {
    return end_in_background(endings_, std::move(session));
  }
  watch_idleness();
}

void ChannelHome::keep_warm() {
  if (closed_ || is_shared()) return;
  const int wanted = std::clamp(facts_->spec.warm, 0, catalog::kWarmMax);
  while (static_cast<int>(warm_.size()) + warming_ < wanted) {
    ++warming_;
    tasks_.spawn(run_warm_up());
  }
}

Task<void> ChannelHome::run_warm_up() {
  // The call comes first: a process that starts takes a core from it.
  co_await time_.sleep_until(time_.steady_now() + kSuccessorPause);
  const bool stop = co_await is_cancelled();
  if (stop || closed_) {
    --warming_;
    co_return;
  }
  auto opened = co_await open(era_.load(), maker_);
  --warming_;
  if (opened) {
    keep(std::move(*opened));
  } else if (!closed_) {
    // The next call tries itself, and reports.
    log_.warn("no session could be kept ready",
              {{"server", facts_->spec.name.str()}, {"error", opened.error().message}});
  }
}

void ChannelHome::find_era(std::shared_ptr<EraReply> reply) {
  if (closed_) return EraReply::give(reply, gone_error(facts_->spec));
  if (const Era era = era_.load(); era != Era::kUnknown) return EraReply::give(reply, era);
  era_replies_.push_back(std::move(reply));
  if (std::exchange(finding_era_, true)) return;
  tasks_.spawn(run_find_era());
}

Task<void> ChannelHome::run_find_era() {
  const ChannelPlace at = place(*maker_);
  auto opened = co_await open_channel_session(at, facts_, Era::kUnknown, ids_, this);
  finding_era_ = false;
  Result<Era> found = Era::kUnknown;
  if (opened) {
    found = opened->greeting.era;
    era_.store(opened->greeting.era);
    log_.info("the era of a server is known",
              {{"server", facts_->spec.name.str()}, {"revision", mcp::text_of(opened->greeting.revision)}});
    keep(std::move(opened->session));
  } else {
    found = opened.error();
  }
  for (const auto& reply : std::exchange(era_replies_, {}))
    EraReply::give(reply, found);
}

void ChannelHome::on_call_finished(ChannelSession& session) {
  last_call_ = time_.steady_now();
  if (!is_shared()) retire(session);
  calmer_.notify_all();
}

void ChannelHome::on_session_ended(ChannelSession& session) {
  retire(session);
  calmer_.notify_all();
}

void ChannelHome::on_notification(ChannelSession& session, const mcp::Notification& notification) {
  const bool is_process = facts_->spec.transport == catalog::Transport::kStdio;
  if (!is_process || shared_.get() == &session) news_.take(notification);
}

// Takes a session out of where it is kept and ends it; once, whatever is reported about it later.
void ChannelHome::retire(ChannelSession& session) {
  const auto is_it = [&](const SessionPtr& other) { return other.get() == &session; };
  if (is_it(shared_)) return end_shared();
  if (const auto found = std::find_if(busy_.begin(), busy_.end(), is_it); found != busy_.end()) {
    SessionPtr owned = *found;
    busy_.erase(found);
    return end_in_background(endings_, std::move(owned));
  }
  if (const auto found = std::find_if(warm_.begin(), warm_.end(), is_it); found != warm_.end()) {
    SessionPtr owned = std::move(*found);
    warm_.erase(found);
    end_in_background(endings_, std::move(owned));
  }
}

void ChannelHome::watch_idleness() {
  if (watching_ || closed_ || sharing_ == Sharing::kWhileHeld) return;
  if (is_shared() && facts_->session_idle.count() <= 0) return;
  watching_ = true;
  last_call_ = std::max(last_call_, time_.steady_now());
  tasks_.spawn(run_idle_watch());
}

Task<void> ChannelHome::run_idle_watch() {
  const Seconds limit = is_shared() ? facts_->session_idle : kReadyIdle;
  while (shared_ || !warm_.empty()) {
    const SteadyTime now = time_.steady_now();
    const bool in_use = shared_ && (held_ || shared_->calls_in_flight() > 0);
    if (!in_use && now >= last_call_ + limit) {
      while (auto session = take_warm())
        end_in_background(endings_, std::move(session));
      if (shared_) end_shared();
      break;
    }
    co_await time_.sleep_until((in_use ? now : last_call_) + limit);
    const bool stop = co_await is_cancelled();
    if (stop) break;
  }
  watching_ = false;
}

bool ChannelHome::is_busy() const {
  return !waiting_.empty() || !busy_.empty() || (shared_ && shared_->calls_in_flight() > 0);
}

void ChannelHome::retire_all() {
  for (const SessionPtr& session : std::exchange(busy_, {}))
    end_in_background(endings_, session);
  for (SessionPtr& session : std::exchange(warm_, {}))
    end_in_background(endings_, std::move(session));
  if (shared_) end_shared();
}

void ChannelHome::end_shared() {
  end_in_background(endings_, std::exchange(shared_, nullptr));
  if (on_shared_changed_ && !closed_) on_shared_changed_();
}

void ChannelHome::hold_shared(bool held) {
  held_ = held;
  if (!held_ && shared_ && sharing_ == Sharing::kWhileHeld) end_shared();
}

std::optional<Greeting> ChannelHome::shared_greeting() const {
  if (!shared_ || !shared_->alive()) return std::nullopt;
  return shared_->greeting();
}

Task<void> ChannelHome::end(Ending how) {
  closed_ = true;
  if (how == Ending::kNow) hurry_ = true;
  calmer_.notify_all();
  while (auto session = take_warm())
    end_in_background(endings_, std::move(session));
  while (is_busy() && !hurry_) {
    const bool woken = co_await calmer_.wait();
    if (!woken) break;
  }
  hurry_ = true;  // What is opening ahead of need is not kept.
  retire_all();
  tasks_.cancel();
  co_await tasks_.join();
  retire_all();  // What an opening that was just succeeding brought.
  for (const auto& [id, call] : std::exchange(waiting_, {}))
    ChannelCall::finish(call, gone_error(facts_->spec));
  for (const auto& reply : std::exchange(era_replies_, {}))
    EraReply::give(reply, gone_error(facts_->spec));
  co_await endings_.join();
}

}  // namespace jungle::upstream

// The channels to one server.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/reply.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "upstream/channel_call.h"
#include "upstream/channel_opening.h"
#include "upstream/server_news.h"

namespace jungle::upstream {

// How calls share the sessions of a ChannelHome.
enum class Sharing : std::uint8_t {
  kNone,       // Stateless: a session for each call.
  kAll,        // Stateful: one for all calls, until it is idle for the time of the options.
  kWhileHeld,  // One for all calls, while it is held.
};

// Keeps the sessions with one server whose clients can do the same, on one executor, its home; calls of other workers
// come here. Each has a channel of its own: a child process, or an event stream.
//
// Stateless: each call gets a session of its own, used for nothing before and ended, in the background, after. `warm`
// of them are kept ready, so that a call need not wait for a start; they end after kReadyIdle without a call.
// Stateful: one session for all calls, opened by the first one. A session that ended is forgotten; the next call opens
// another. No call is ever sent twice. What a session says of the server's lists is heard, but for a process that
// serves one call: it speaks for itself alone.
//
// Owned by its ServerState. Every method runs on the home executor. end() must have returned before it is destroyed.
class ChannelHome final : public SessionOwner {
 public:
  // How to end: calls in flight may finish, or fail at once.
  enum class Ending : std::uint8_t { kLetFinish, kNow };
  using EraReply = Reply<Result<Era>>;

  ChannelHome(Executor executor, Time& time, telemetry::Log& log, std::shared_ptr<ChannelMaker> maker,
              std::shared_ptr<const ServerFacts> facts, const ServerNews& news, std::atomic<Era>& era,
              std::atomic<std::uint64_t>& ids, Sharing sharing, mcp::ClientCapabilities capabilities);

  bool is_shared() const { return sharing_ != Sharing::kNone; }
  // Whether its session is there for who holds it, not for calls.
  bool is_for_news() const { return sharing_ == Sharing::kWhileHeld; }

  // Carries a call, rendered for the known era, to a session, and finishes it.
  void submit(std::shared_ptr<ChannelCall> call);
  // The client's answer to a request that the server put to call `id`; dropped if that has ended.
  void answer(std::uint64_t id, const std::string& text);
  // The caller lost interest: the server is told, or a call that still waits for its session is withdrawn.
  void cancel(std::uint64_t id, std::string reason);
  // Answers with the era, which is found out if it is not known. Concurrent callers share one attempt.
  void find_era(std::shared_ptr<EraReply> reply);

  // What the server of the session that all calls share said of itself; nothing while there is none.
  std::optional<Greeting> shared_greeting() const;
  // While it is held it does not end for want of calls.
  void hold_shared(bool held);
  // `changed` is called when there is one, or none any more. REQUIRES: no call was made yet.
  void on_shared_changed(std::function<void()> changed) { on_shared_changed_ = std::move(changed); }

  // Ends everything. A second call with kNow hurries the first. REQUIRES: the coroutine is not being cancelled.
  Task<void> end(Ending how);

  void on_call_finished(ChannelSession& session) override;
  void on_session_ended(ChannelSession& session) override;
  void on_notification(ChannelSession& session, const mcp::Notification& notification) override;

 private:
  using SessionPtr = std::shared_ptr<ChannelSession>;

  ChannelPlace place(ChannelMaker& maker) {
    return ChannelPlace{executor_, time_, log_, maker, endings_, capabilities_};
  }
  Task<void> run_call(std::shared_ptr<ChannelCall> call);
  Task<Result<SessionPtr>> open(Era era, std::shared_ptr<ChannelMaker> maker);
  Task<Result<SessionPtr>> ensure_shared();
  Task<void> run_warm_up();
  Task<void> run_find_era();
  Task<void> run_idle_watch();
  SessionPtr take_warm();
  void keep_warm();
  void keep(SessionPtr session);
  void start_alone(SessionPtr session, std::shared_ptr<ChannelCall> call);
  void watch_idleness();
  void retire(ChannelSession& session);
  void end_shared();
  void retire_all();
  bool is_busy() const;

  const Executor executor_;
  Time& time_;
  telemetry::Log& log_;
  const std::shared_ptr<ChannelMaker> maker_;
  const std::shared_ptr<const ServerFacts> facts_;
  const ServerNews& news_;
  std::atomic<Era>& era_;
  std::atomic<std::uint64_t>& ids_;
  const Sharing sharing_;
  const mcp::ClientCapabilities capabilities_;

  std::function<void()> on_shared_changed_;
  bool held_ = false;
  bool closed_ = false;
  bool hurry_ = false;
  bool watching_ = false;
  bool finding_era_ = false;
  bool opening_shared_ = false;
  std::optional<Error> shared_failure_;  // Of the last attempt to open the shared session.
  std::uint64_t shared_attempts_ = 0;
  int warming_ = 0;
  SteadyTime last_call_{};
  std::deque<SessionPtr> warm_;                                    // Fresh, greeted, never used.
  std::set<SessionPtr> busy_;                                      // Each with its one call.
  SessionPtr shared_;                                              // The stateful one.
  std::map<std::uint64_t, std::shared_ptr<ChannelCall>> waiting_;  // Calls that have no session yet.
  std::set<std::uint64_t> withdrawn_;                              // Of those, the cancelled ones.
  std::vector<std::shared_ptr<EraReply>> era_replies_;
  Signal shared_changed_;  // An attempt to open the shared session has ended.
  Signal calmer_;          // A call or a session has ended, or there is a hurry.
  TaskGroup tasks_;
  TaskGroup endings_;  // Never cancelled.
};

}  // namespace jungle::upstream

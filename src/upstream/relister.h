// Listing servers anew when what the catalog knows of them may be stale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/reply.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "catalog/entry.h"
#include "telemetry/log.h"

namespace jungle::upstream {

// Asks a registered server what it offers now, stores and publishes that, and returns the new entry. Runs on the
// control executor.
using RelistServer = std::function<Task<Result<std::shared_ptr<const catalog::ServerEntry>>>(catalog::ServerName)>;

// Everybody who wants a server listed anew comes here. One listing at a time and server, and at most kListingsMax of
// all servers; those that somebody waits for go before the others. Nothing is tried again here.
//
// One per process, owned by Upstreams; refresh(), changed() and ask() may be called on any executor, the rest on the
// control executor. stop() must have returned before it is destroyed.
class Relister {
 public:
  using Listed = Result<std::shared_ptr<const catalog::ServerEntry>>;
  using EntryReply = Reply<Listed>;

  Relister(Executor control, Time& time, telemetry::Log& log);

  // REQUIRES: no call was made yet.
  void use(RelistServer relist) { relist_ = std::move(relist); }
  // Hears, on the control executor, what every listing came to, before those who wait for it do. REQUIRES: as above.
  void on_listed(std::function<void(const catalog::ServerName&, const Listed&)> observer) {
    on_listed_ = std::move(observer);
  }
  // Lists the server whenever that was done last. A listing that runs already may have seen what was there before: then
  // another one follows. `reply` is null if nobody waits.
  void refresh(catalog::ServerName server, std::shared_ptr<EntryReply> reply);
  // The server says that its lists have changed, or it may have said so unheard. It is listed soon, and once more if it
  // says so meanwhile. Such listings of one server are kept kListChangePause apart, or as long as one takes, and twice
  // as long after each in a row that found nothing new: that delays them, and drops none.
  void changed(catalog::ServerName server);
  // A call was refused for headers that mirror arguments: which arguments, the server's schemas say, and those have
  // changed. Answers with the server's new entry, or with why there is none. Calls cause no more than one listing in
  // kRelistPause, whatever the server answers: until then its outcome is the answer.
  void ask(catalog::ServerName server, std::shared_ptr<EntryReply> reply);
  Task<void> stop();

 private:
  using Waiting = std::vector<std::shared_ptr<EntryReply>>;
  enum class Stage : std::uint8_t { kNone, kQueued, kRunning };
  enum class Urgency : std::uint8_t { kNobodyWaits, kSomebodyWaits };
  struct Listing {
    Stage stage = Stage::kNone;
    Waiting waiting;                                    // For the one that is queued or runs,
    bool has_refused = false;                           // and whether calls are among them.
    bool wanted_again = false;                          // Since it runs,
    Waiting waiting_again;                              // by these, if anybody waits.
    bool changed = false;                               // Since the last one began.
    bool planned = false;                               // One for that reason waits for its time.
    bool is_for_change = false;                         // The one that runs.
    std::size_t in_vain = 0;                            // Of those, so many in a row found nothing new.
    SteadyTime next_change{};                           // The earliest time for another one of those,
    SteadyTime forgotten{};                             // and when that does not matter any more.
    std::shared_ptr<const catalog::ServerEntry> found;  // By the last one.
    Listed last = Error{};                              // What the last one that a refused call asked for came to,
    SteadyTime next_refusal{};                          // and the earliest time for another one of those.
  };

  bool is_usable() const { return !stopped_ && relist_; }
  void forget_old();
  void take_refresh(catalog::ServerName server, std::shared_ptr<EntryReply> reply);
  void take_change(const catalog::ServerName& server);
  void take_refusal(const catalog::ServerName& server, std::shared_ptr<EntryReply> reply);
  void enqueue(const catalog::ServerName& server, Listing& listing, Urgency urgency);
  void start_queued();
  void plan(const catalog::ServerName& server, Listing& listing);
  Task<void> run_plan(catalog::ServerName server);
  Task<void> run_listing(catalog::ServerName server);
  void plan_next_change(Listing& listing, const Listed& listed, SteadyTime began);
  void finish(const catalog::ServerName& server, Listed listed, SteadyTime began);
  void tell(const catalog::ServerName& server, Listing& listing, const Listed& listed);

  const Executor control_;
  Guarded<std::set<std::string>> told_;  // Servers whose changes are on their way to the control executor.
  Time& time_;
  telemetry::Log& log_;
  RelistServer relist_;
  std::function<void(const catalog::ServerName&, const Listed&)> on_listed_;
  bool stopped_ = false;
  std::map<std::string, Listing, std::less<>> listings_;  // By server.
  std::deque<catalog::ServerName> queue_;
  std::size_t running_ = 0;
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

// Listing a server anew when what the catalog knows of it is stale.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

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

// One listing at a time and server, for two reasons:
// - A server says that its lists have changed. It is listed soon, and once more if it says so meanwhile. Listings of
// one
//   server are kept kListChangePause apart, or as long as one takes: that delays them, and drops none.
// - Calls come here when a server refuses headers that mirror arguments: which arguments, its schemas say, and those
//   have changed. Not more than one listing in kRelistPause, whatever a server answers: until then its outcome is the
//   answer.
//
// One per process, owned by Upstreams; everything but ask() and changed() runs on the control executor. stop() must
// have returned before it is destroyed.
class Relister {
 public:
  using Listed = Result<std::shared_ptr<const catalog::ServerEntry>>;
  using EntryReply = Reply<Listed>;

  Relister(Executor control, Time& time, telemetry::Log& log);

  // REQUIRES: no call was made yet.
  void use(RelistServer relist) { relist_ = std::move(relist); }
  // The server says that its lists have changed, or it may have said so unheard. Callable on any executor.
  void changed(catalog::ServerName server);
  // Answers with the server's new entry, or with why there is none. Callable on any executor.
  void ask(catalog::ServerName server, std::shared_ptr<EntryReply> reply);
  Task<void> stop();

 private:
  struct Listing {
    std::vector<std::shared_ptr<EntryReply>> waiting;
    bool under_way = false;
    bool changed = false;       // Since the last one began.
    bool planned = false;       // One for that reason waits for its time.
    std::size_t failures = 0;   // In a row, of those.
    SteadyTime next_change{};   // The earliest time for another one of those.
    Listed last = Error{};      // What the last one came to,
    SteadyTime next_refusal{};  // and the earliest time for another one because headers were refused.
  };

  void forget_old();
  void take(catalog::ServerName server, std::shared_ptr<EntryReply> reply);
  void take_change(catalog::ServerName server);
  void start(const catalog::ServerName& server, Listing& listing);
  void plan(const catalog::ServerName& server, Listing& listing);
  Task<void> run_listing(catalog::ServerName server);
  Task<void> run_plan(catalog::ServerName server);

  const Executor control_;
  Time& time_;
  telemetry::Log& log_;
  RelistServer relist_;
  bool stopped_ = false;
  std::map<std::string, Listing, std::less<>> listings_;  // By server.
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

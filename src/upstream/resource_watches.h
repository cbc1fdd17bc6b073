// Subscriptions to resources of upstream servers.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "catalog/ids.h"
#include "telemetry/log.h"

namespace jungle::upstream {

class ServerState;

// What the clients of this process want to hear of together: subscriptions are counted by server and URI, and the
// server is told of the first and of the end of the last. URIs are the server's own. A connection that is lost is made
// again and the subscriptions with it; then each is reported as updated once, since something may have been missed.
//
// One per process, owned by Upstreams; on the control executor, but for updated(). stop() must have returned before it
// is destroyed.
class ResourceWatches {
 public:
  // `own_uri` is one that was subscribed to, also where the server names a part of that resource.
  using OnUpdate = std::function<void(const catalog::ServerName& server, const std::string& own_uri)>;
  // The state of a server that can be listened to, or null.
  using FindServer = std::function<std::shared_ptr<ServerState>(const catalog::ServerName& server)>;

  ResourceWatches(Executor control, telemetry::Log& log, FindServer find);

  // Who is told of updates. Called from the control executor's loop. REQUIRES: nothing was subscribed to yet.
  void on_update(OnUpdate on_update) { on_update_ = std::move(on_update); }

  // Returns when the server has confirmed. Each success is to be undone by one unsubscribe(). Errors: the server's own
  // words, kUnavailable if it cannot be reached, kNotFound if no such server tells of updates, kLimitExceeded,
  // kCancelled.
  Task<Result<void>> subscribe(catalog::ServerName server, std::string own_uri);
  void unsubscribe(const catalog::ServerName& server, const std::string& own_uri);

  // A server is there again, after it was disabled or in another form: what it was subscribed to is to be told to it,
  // and is reported as updated then.
  void restore(const catalog::ServerName& server);
  // A server says that a resource has changed. Callable on any executor.
  void updated(catalog::ServerName server, std::string uri);
  Task<void> stop();

 private:
  // Asking the server.
  struct Attempt {
    explicit Attempt(Executor executor) : changed(executor) {}
    std::optional<Result<void>> outcome;
    Signal changed;
  };
  struct Watched {
    std::size_t count = 0;
    std::shared_ptr<Attempt> attempt;
  };
  using Watches = std::map<std::string, Watched, std::less<>>;  // By URI.
  using Told = std::map<std::string, std::set<std::string>>;    // By server.

  Task<void> run_attempt(catalog::ServerName server, std::string uri, std::shared_ptr<Attempt> attempt);
  Task<Result<void>> ask(const catalog::ServerName& server, const std::string& uri);
  void drop(const catalog::ServerName& server, const std::string& uri);
  void report(const catalog::ServerName& server, const std::string& uri);

  const Executor control_;
  const FindServer find_;
  OnUpdate on_update_;
  Guarded<Told> told_;  // Updates on their way to the control executor.
  std::map<std::string, Watches, std::less<>> servers_;
  bool stopped_ = false;
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

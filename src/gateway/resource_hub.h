// Watched resources, between the clients on all workers and their servers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/reply.h"
#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "catalog/ids.h"
#include "mcp/resource_feed.h"

namespace jungle::gateway {

// How many resources all clients may watch together; the same resource watched by two clients counts twice.
inline constexpr std::size_t kWatchesMax = 100'000;  // About 300 bytes each.

// Hands what workers want to watch to the control executor, where subscriptions are counted and made, and takes note
// when a watch has died. One per process; lives on the control executor, outlives all watches' use of it: nothing may
// run on that executor once this is gone.
class ResourceHub {
 public:
  // What it needs of upstream::ResourceWatches, which see. On the control executor.
  struct Servers {
    std::function<Task<Result<void>>(catalog::ServerName, std::string)> subscribe;
    std::function<void(const catalog::ServerName&, const std::string&)> unsubscribe;
  };
  using WatchReply = Reply<Result<mcp::ResourceWatchPtr>>;

  ResourceHub(Executor control, Servers servers, TaskGroup::OnError on_error);
  ResourceHub(const ResourceHub&) = delete;
  ResourceHub& operator=(const ResourceHub&) = delete;

  // Callable from any thread. A reply that nobody waits for any more is taken back.
  void watch(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply);

  // Ends what is under way; what comes later fails. On the control executor.
  Task<void> stop();

 private:
  void start(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply);
  Task<void> run_watch(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply);
  void let_go(const mcp::ResourceWatch& watch);

  Executor control_;
  Servers servers_;
  std::size_t watched_ = 0;  // Those under way included.
  bool stopped_ = false;
  TaskGroup tasks_;
};

}  // namespace jungle::gateway

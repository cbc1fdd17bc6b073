// Listening to a modern server over a channel.
#pragma once

#include <memory>

#include "base/task_group.h"
#include "upstream/channel_watch_place.h"
#include "upstream/listen_filter.h"

namespace jungle::upstream {

// One `subscriptions/listen` over the process that all calls share (MCP 2026-07-28 basic/patterns/subscriptions), as
// ModernWatch is over HTTP. Changes of lists are asked for while there is a process; none is started for them. Owned by
// a ChannelWatch, as are the coroutines of the requests, in `tasks`.
class ChannelListen {
 public:
  ChannelListen(ChannelWatchPlace& place, TaskGroup& tasks) : place_(place), tasks_(tasks) {}

  bool is_wanted() const;
  // Listens until that is not wanted.
  Task<void> run();

 private:
  struct Listen;
  using ListenPtr = std::shared_ptr<Listen>;

  ListenPtr start(ListenFilter filter);
  void stop(ListenPtr listen);
  static Task<void> run_listen(ChannelWatchPlace& place, ListenPtr listen);
  void settle();
  void take_place(ListenPtr next);
  void drop_failed(ListenPtr failed);

  ChannelWatchPlace& place_;
  TaskGroup& tasks_;
  ListenPtr current_;
  ListenPtr next_;         // Not acknowledged yet.
  ListenPtr refused_;      // What the server would not have.
  bool has_lost_ = false;  // Something may have been missed.
};

}  // namespace jungle::upstream

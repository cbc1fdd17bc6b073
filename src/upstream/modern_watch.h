// Listening to a modern HTTP server.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/task_group.h"
#include "upstream/watch_place.h"

namespace jungle::upstream {

// One `subscriptions/listen` (MCP 2026-07-28 basic/patterns/subscriptions) that asks for all that is wanted. What is
// asked for is fixed per request: when something else is wanted, another one takes its place once it is acknowledged.
// Owned by an HttpWatch, as are the coroutines of the requests, in `tasks`.
class ModernWatch {
 public:
  ModernWatch(WatchPlace& place, TaskGroup& tasks, HttpLinkPtr link)
      : place_(place), tasks_(tasks), link_(std::move(link)) {}

  // Listens until it ends.
  Task<WatchEnd> run(oauth::AccessTokenPtr token);

 private:
  class Listen;
  using ListenPtr = std::shared_ptr<Listen>;

  ListenPtr start(const oauth::AccessTokenPtr& token);
  static Task<void> run_listen(WatchPlace& place, HttpLinkPtr link, ListenPtr listen);
  void take_place(ListenPtr next);
  WatchEnd end_of(const Listen& listen);
  bool is_asked_for(const ListenPtr& listen) const;

  WatchPlace& place_;
  TaskGroup& tasks_;
  const HttpLinkPtr link_;
  ListenPtr current_;
  ListenPtr next_;     // Not acknowledged yet.
  ListenPtr refused_;  // What the server would not have in place of `current_`.
};

}  // namespace jungle::upstream

// Subscriptions to resources of upstream servers.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "catalog/ids.h"

namespace jungle::upstream {

// What the clients of this process want to hear of together: subscriptions are counted by server and URI, and the
// server is told of the first and of the end of the last. URIs are the server's own. A connection that is lost is made
// again and the subscriptions with it; then each is reported as updated once, since something may have been missed.
//
// One per process, owned by Upstreams; on the control executor.
class ResourceWatches {
 public:
  // `own_uri` is one that was subscribed to, also where the server names a part of that resource.
  using OnUpdate = std::function<void(const catalog::ServerName& server, const std::string& own_uri)>;

  // Who is told of updates. Called from the control executor's loop. REQUIRES: nothing was subscribed to yet.
  void on_update(OnUpdate on_update) { on_update_ = std::move(on_update); }

  // Returns when the server has confirmed. Each success is to be undone by one unsubscribe(). Errors: the server's own
  // words, kUnavailable if it cannot be reached, kNotFound if there is no such server, kCancelled.
  Task<Result<void>> subscribe(catalog::ServerName server, std::string own_uri);
  void unsubscribe(const catalog::ServerName& server, const std::string& own_uri);

 private:
  OnUpdate on_update_;
};

}  // namespace jungle::upstream

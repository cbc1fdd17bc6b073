// Hearing what a server says outside of calls.
#pragma once

#include <memory>
#include <string>

#include "base/task.h"
#include "catalog/entry.h"
#include "upstream/watched_uris.h"

namespace jungle::upstream {

// Which of its news a server offers to tell: members of its capabilities. A value.
struct OfferedNews {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  bool updates = false;    // `resources.subscribe`.
  bool all_lists = false;  // The lists that it has are among the first three.
  bool is_enabled = true;

  bool any_list() const { return tools || prompts || resources; }
  bool any() const { return any_list() || updates; }
  friend bool operator==(const OfferedNews&, const OfferedNews&) = default;
};
// Nothing of that, if the server is disabled.
OfferedNews offered_news(const catalog::ServerEntry& server);

// Keeps one server's news coming while somebody wants to hear them. Owned by its ServerState; every method runs on the
// home executor. end() must have returned before it is destroyed.
class ServerWatch {
 public:
  virtual ~ServerWatch() = default;
  // From now on changes of these lists are listened for. `offered` is that of the server's last listing. If the server
  // is disabled, all subscriptions end.
  virtual void hear(OfferedNews offered) = 0;
  // As WatchedUris::add(). kNotFound: the server is disabled.
  virtual void subscribe(std::string uri, std::shared_ptr<WatchedUris::Confirmation> reply) = 0;
  virtual void unsubscribe(const std::string& uri) = 0;
  // REQUIRES: the coroutine is not being cancelled.
  virtual Task<void> end() = 0;
};

}  // namespace jungle::upstream

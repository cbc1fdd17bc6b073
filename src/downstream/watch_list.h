// The resources that one client watches.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "mcp/resource_feed.h"

namespace jungle::downstream {

// Watched resources by the URI that their client knows them by: of a legacy session (`resources/subscribe`), or of one
// `subscriptions/listen`. Callable from any thread.
class WatchList {
 public:
  bool contains(const std::string& uri) const;
  bool is_full() const;
  // Nothing changes for a URI that is there already. kLimitExceeded: kWatchedResourcesMax; kNotFound: it was closed.
  Result<void> add(const std::string& uri, mcp::ResourceWatchPtr watch);
  void remove(const std::string& uri);
  // Lets go of all, and takes no more.
  void close();

  // The watches of a server's resource, with their URIs.
  std::vector<std::pair<std::string, mcp::ResourceWatchPtr>> of(std::string_view server,
                                                                std::string_view own_uri) const;

 private:
  struct State {
    std::map<std::string, mcp::ResourceWatchPtr> watches;
    bool closed = false;
  };
  Guarded<State> state_;
};

// What is said when a list is full.
Error too_many_watches();

}  // namespace jungle::downstream

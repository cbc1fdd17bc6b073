// The resources that one client watches.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "mcp/resource_feed.h"

namespace jungle::downstream {

// Watched resources by the URI that their client knows them by: of a legacy session (`resources/subscribe`), or of one
// `subscriptions/listen`. Those of a client that does not seem to be there any more rest: nothing is watched for it,
// and the list remembers what it was. Callable from any thread.
class WatchList {
 public:
  // Whether it is watched.
  bool contains(const std::string& uri) const;
  bool has_room_for(const std::string& uri) const;
  // Nothing changes for a URI that is there already. kLimitExceeded: kWatchedResourcesMax; kNotFound: it was closed.
  Result<void> add(const std::string& uri, mcp::ResourceWatchPtr watch);
  void remove(const std::string& uri);
  // A stream begins on which the client is told of updates: until it ends the list does not rest. Returns what rested.
  std::vector<std::string> begin_stream();
  void end_stream();
  // Lets go of all watches, unless there is such a stream.
  void rest();
  // Lets go of all, and takes no more.
  void close();

  // The watches of a server's resource, with their URIs.
  std::vector<std::pair<std::string, mcp::ResourceWatchPtr>> of(std::string_view server,
                                                                std::string_view own_uri) const;

 private:
  struct State {
    std::map<std::string, mcp::ResourceWatchPtr> watches;
    std::set<std::string> resting;
    std::size_t streams = 0;
    bool closed = false;

    std::size_t size() const { return watches.size() + resting.size(); }
  };
  Guarded<State> state_;
};

// What is said when a list is full.
Error too_many_watches();

}  // namespace jungle::downstream

// What a legacy server was asked to tell of.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "upstream/watched_uris.h"

namespace jungle::upstream {

// The subscriptions at a legacy server (MCP 2025-11-25 server/resources "Subscriptions") over one session or process,
// beside those that are wanted. Single executor.
struct SubscribedUris {
  std::set<std::string> taken;    // By the server.
  std::set<std::string> refused;  // What it would not have again: it had confirmed that on another connection.

  // What to subscribe to, and what to unsubscribe from; empty: nothing.
  std::string next_missing(const WatchedUris& wanted) const;
  std::string next_unwanted(const WatchedUris& wanted) const;
  // The server did not take it: whoever awaits it is told.
  void refuse(WatchedUris& wanted, const std::string& uri, const Error& error);

  bool empty() const { return taken.empty() && refused.empty(); }
};

}  // namespace jungle::upstream

// The resources of one server that somebody wants to hear of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/reply.h"
#include "base/result.h"

namespace jungle::upstream {

// What is subscribed to, whatever connection that takes: a URI is awaited until its server has confirmed it for the
// first time, and stays from then on, over connections that are lost. Single executor.
class WatchedUris {
 public:
  using Confirmation = Reply<Result<void>>;

  // `reply` is told whether the server confirmed. Null: it is one that was confirmed before, on another connection.
  void add(const std::string& uri, std::shared_ptr<Confirmation> reply);
  void remove(const std::string& uri);
  // All of them; whoever awaits one is told why.
  void clear(const Error& why);

  bool empty() const { return uris_.empty(); }
  bool contains(const std::string& uri) const { return uris_.contains(uri); }
  bool is_awaited(const std::string& uri) const;
  bool any_awaited() const;
  std::set<std::string> all() const;

  // The server took it. True if it had been confirmed before: something may have been missed since.
  bool confirm(const std::string& uri);
  // The server tells of these already: those that are awaited were unwanted for a moment only.
  void confirm_awaited(const std::set<std::string>& standing);
  // The server did not take it: whoever awaits it is told, and it is dropped.
  void refuse(const std::string& uri, const Error& error);
  // No server could be asked: the same for all that are awaited.
  void fail_awaited(const Error& error);

 private:
  struct Watched {
    bool confirmed = false;
    std::vector<std::shared_ptr<Confirmation>> waiting;
  };
  std::map<std::string, Watched> uris_;
};

}  // namespace jungle::upstream

// Hearing of changes of resources.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "mcp/call_context.h"

namespace jungle::mcp {

// A resource, or a task, that somebody watches, as its server names it: while this lives, the server tells of updates.
// Immutable; may die on any thread.
class ResourceWatch {
 public:
  using Release = std::function<void(const ResourceWatch&)>;
  ResourceWatch(std::string server, std::string own_uri, Release release)
      : server_(std::move(server)), own_uri_(std::move(own_uri)), release_(std::move(release)) {}
  ResourceWatch(const ResourceWatch&) = delete;
  ResourceWatch& operator=(const ResourceWatch&) = delete;
  ~ResourceWatch() { release_(*this); }

  const std::string& server() const { return server_; }
  const std::string& own_uri() const { return own_uri_; }

 private:
  const std::string server_;
  const std::string own_uri_;
  const Release release_;
};
using ResourceWatchPtr = std::shared_ptr<const ResourceWatch>;

// Where resources can be watched. One per worker, used on its executor; a fake in tests.
class ResourceFeed {
 public:
  virtual ~ResourceFeed() = default;

  // Watches the resource that `uri` is for this caller. The work begins with the call; the task waits until the server
  // has confirmed it. Errors: kNotFound, the caller has no such resource; kInvalidArgument, its server has no
  // subscriptions; kLimitExceeded; the server's own words; kCancelled.
  virtual Task<Result<ResourceWatchPtr>> watch(std::string uri, const CallContext& call) = 0;

  // The same for a task, under the id that the client was given (mcp/tasks.h). kInvalidArgument: its server does not
  // tell of tasks.
  virtual Task<Result<ResourceWatchPtr>> watch_task(std::string id, const CallContext& call) = 0;

  // Whether `uri`, at the endpoint `scope`, is at this moment the resource that is watched: it may have been disabled
  // since, or be another one.
  virtual bool leads_to(const std::string& uri, const std::string& scope, const ResourceWatch& watch) = 0;
};

}  // namespace jungle::mcp

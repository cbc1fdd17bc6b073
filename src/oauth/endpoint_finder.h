// What a grant of MCPJungle lacks.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "catalog/server_spec.h"
#include "oauth/discovery.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// Finds out which authorization server gave a grant that MCPJungle stored: it keeps neither the server's URL nor the
// token endpoint, and discovers both whenever it needs them. One per process, on the control executor.
class EndpointFinder {
 public:
  // What is registered under a name; nothing: no server is. Called on the control executor.
  using Registered = std::function<std::optional<catalog::ServerSpec>(const catalog::ServerName&)>;

  EndpointFinder(Discovery& discovery, Registered registered)
      : discovery_(discovery), registered_(std::move(registered)) {}
  EndpointFinder(const EndpointFinder&) = delete;
  EndpointFinder& operator=(const EndpointFinder&) = delete;

  // `grant` with where it is from and where it is refreshed. Errors: kUnavailable, kDeadlineExceeded and kCancelled say
  // nothing about the grant; everything else means that there is no such place.
  Task<Result<Grant>> complete(Grant grant);

 private:
  Discovery& discovery_;
  const Registered registered_;
};

}  // namespace jungle::oauth

// Where calls find the servers they go to.
#pragma once

#include "catalog/entry.h"
#include "mcp/service.h"

namespace jungle::upstream {

// The upstream servers as one worker reaches them. One per worker, used on its executor. A fake in tests.
class Directory {
 public:
  virtual ~Directory() = default;
  // The service that answers for `server`: requests carry the server's own names and URIs. Valid until the next
  // co_await of the caller has returned from its handle(); it always exists, a server that is down answers with an
  // Error.
  virtual mcp::Service& service_of(const catalog::ServerEntry& server) = 0;
};

}  // namespace jungle::upstream

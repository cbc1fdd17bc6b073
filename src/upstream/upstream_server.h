// One server as one worker reaches it.
#pragma once

#include <memory>

#include "mcp/service.h"
#include "upstream/server_state.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// The service of one server on one worker. Owned by the worker's directory and by its own calls in flight; everything
// runs on the worker's executor.
class UpstreamServer : public mcp::Service, public std::enable_shared_from_this<UpstreamServer> {
 public:
  // What the process knows about the server.
  virtual const std::shared_ptr<ServerState>& state() const = 0;
  // The directory lets go: what this worker keeps for the server ends in the worker's background.
  virtual void close() = 0;
};

// By the server's transport.
std::shared_ptr<UpstreamServer> make_upstream_server(Worker& worker, std::shared_ptr<ServerState> state);

}  // namespace jungle::upstream

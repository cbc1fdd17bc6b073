// Asking real servers what they offer.
#pragma once

#include <memory>

#include "base/deadline_list.h"
#include "http/client.h"
#include "upstream/discoverer.h"
#include "upstream/upstreams.h"

namespace jungle::upstream {

// The Discoverer that connects. One per process, on `control`, with an http::Client of its own there. Finds out the
// server's era, lists all pages of everything, and ends its session or process in the background. The server is listed
// as for a client that can do all that the gateway relays, so the catalog has what the most capable client can use;
// what it asks meanwhile is refused at once. One that does not bear that is listed as for a client that can do nothing
// (docs/decisions/0012). No such session or process is ever used for a call.
// Construct it before the first call; Upstreams::stop() ends it too, and no discover() may run then.
class ServerDiscoverer final : public Discoverer {
 public:
  ServerDiscoverer(Upstreams& upstreams, Executor control, DeadlineList& deadlines, http::Client& client);
  ServerDiscoverer(const ServerDiscoverer&) = delete;
  ServerDiscoverer& operator=(const ServerDiscoverer&) = delete;
  ~ServerDiscoverer() override;  // REQUIRES: Upstreams::stop() has returned, or discover() was never called.

  Task<Result<catalog::Discovery>> discover(const catalog::ServerSpec& spec, Attempt& attempt) override;

 private:
  class State;
  struct Listing;
  std::unique_ptr<State> state_;
};

}  // namespace jungle::upstream

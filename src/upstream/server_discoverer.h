// Asking real servers what they offer.
#pragma once

#include "base/deadline_list.h"
#include "http/client.h"
#include "upstream/discoverer.h"
#include "upstream/upstreams.h"

namespace jungle::upstream {

// The Discoverer that connects. One per process, on the control executor, with an http::Client of its own there.
// Finds out the server's era, lists all pages of everything, and ends its session or process in the background.
class ServerDiscoverer final : public Discoverer {
 public:
  ServerDiscoverer(Upstreams& upstreams, DeadlineList& deadlines, http::Client& client)
      : upstreams_(upstreams), deadlines_(deadlines), client_(client) {}

  Task<Result<catalog::Discovery>> discover(const catalog::ServerSpec& spec) override;

 private:
  Upstreams& upstreams_;
  DeadlineList& deadlines_;
  http::Client& client_;
};

}  // namespace jungle::upstream

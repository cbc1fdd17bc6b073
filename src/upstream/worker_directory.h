// The servers as one worker reaches them.
#pragma once

#include <memory>

#include "base/deadline_list.h"
#include "base/task.h"
#include "http/client.h"
#include "upstream/directory.h"
#include "upstream/upstreams.h"

namespace jungle::upstream {

// The Directory of one worker: a service per server, each with this worker's connections and a share in what the
// process knows about the server. One per worker, owned by it; everything but the constructor runs on `executor`.
// Construct them all before the first call. Outlived by `upstreams`, whose stop() ends it too.
class WorkerDirectory final : public Directory {
 public:
  WorkerDirectory(Upstreams& upstreams, Executor executor, DeadlineList& deadlines, http::Client& client);
  WorkerDirectory(const WorkerDirectory&) = delete;
  WorkerDirectory& operator=(const WorkerDirectory&) = delete;
  ~WorkerDirectory() override;  // REQUIRES: Upstreams::stop() has returned, or no call was ever made.

  mcp::Service& service_of(const catalog::ServerEntry& server) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace jungle::upstream

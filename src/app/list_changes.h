// Which lists a new snapshot changed.
#pragma once

#include <memory>

#include "catalog/snapshot.h"
#include "downstream/endpoint_peers.h"

namespace jungle::app {

// What a client of each endpoint sees differently between two states of the catalog.
downstream::ListChanges list_changes(const catalog::Snapshot& before, const catalog::Snapshot& after);

// Tells the open streams of all workers about changes of the catalog. Control executor.
class ListChangeFeed {
 public:
  explicit ListChangeFeed(downstream::EndpointPeers& peers)
      : peers_(peers), seen_(std::make_shared<const catalog::Snapshot>()) {}

  void apply(const std::shared_ptr<const catalog::Snapshot>& snapshot);

 private:
  downstream::EndpointPeers& peers_;
  std::shared_ptr<const catalog::Snapshot> seen_;
};

}  // namespace jungle::app

// What a server says outside of calls.
#pragma once

#include <string>
#include <utility>

#include "catalog/ids.h"
#include "mcp/request.h"
#include "upstream/options.h"
#include "upstream/relister.h"
#include "upstream/resource_watches.h"
#include "upstream/server_health.h"

namespace jungle::upstream {

// Whether it says that a list has changed.
bool is_list_change(const mcp::Notification& notification);

// Takes the notifications of one server that belong to no call, whatever connection they came on, to whoever acts on
// them. Owned by its ServerState; callable on any executor.
class ServerNews {
 public:
  ServerNews(catalog::ServerName server, const UpstreamOptions& options, Relister& relister, ResourceWatches& watches,
             const HealthBoard& health)
      : server_(std::move(server)),
        list_when_heard_(options.list_when_heard),
        relister_(relister),
        watches_(watches),
        health_(health) {}

  // False: it is none of those.
  bool take(const mcp::Notification& notification) const;
  // The server's lists may be other ones than those that are known.
  void lists_changed() const { relister_.changed(server_); }
  // It is listened to for the first time: what it said since it was listed was not heard.
  void lists_unheard() const {
    if (list_when_heard_) relister_.refresh(server_, nullptr);
  }
  // A resource may be another one than it was, or a task (task_topic.h).
  void resource_updated(std::string uri) const { watches_.updated(server_, std::move(uri)); }
  // From now on its word of changes is heard, or is not.
  void set_hearing(Hearing hearing) const { health_.set_hearing(server_, hearing); }

 private:
  const catalog::ServerName server_;
  const bool list_when_heard_;
  Relister& relister_;
  ResourceWatches& watches_;
  const HealthBoard& health_;
};

}  // namespace jungle::upstream

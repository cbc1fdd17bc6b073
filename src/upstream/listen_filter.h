// What a modern server is asked to tell.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mcp/request.h"
#include "upstream/server_errors.h"
#include "upstream/server_watch.h"

namespace jungle::upstream {

inline constexpr std::string_view kListenMethod = "subscriptions/listen";

// The filter of one `subscriptions/listen` (MCP 2026-07-28 basic/patterns/subscriptions). A value.
struct ListenFilter {
  OfferedNews offered;         // Its lists; `updates` says nothing here.
  std::set<std::string> uris;  // Tasks too (task_topic.h).

  // Of its params: raw JSON members.
  std::string members() const;
  // What a client declares that wants to hear of everything that this is about, raw JSON.
  std::string capabilities() const;
  // Whether it has all the lists of `other`.
  bool has_lists_of(const ListenFilter& other) const;
  friend bool operator==(const ListenFilter&, const ListenFilter&) = default;
};

// The subscription that a notification is tagged with, if that is one of ours.
std::uint64_t subscription_of(const mcp::Notification& notification);
// What of a filter the server honours, if it says so.
std::optional<ListenFilter> read_acknowledgement(const mcp::Notification& notification);

// What the server's acknowledgement means for the resources of `asked`. `missed_some`: another subscription has ended
// before this one stood. `place` is what listening to a server takes (watch_place.h, channel_watch_place.h).
template <typename Place>
void settle(Place& place, const ListenFilter& asked, const ListenFilter& acknowledged, bool missed_some) {
  if (missed_some) place.news.lists_changed();
  for (const std::string& uri : asked.uris) {
    if (acknowledged.uris.contains(uri)) {
      const bool stood_before = place.uris.confirm(uri);
      if (missed_some && stood_before) place.news.resource_updated(uri);
    } else {
      place.uris.refuse(uri, not_taken_error(place.facts->spec, uri));
    }
  }
}

}  // namespace jungle::upstream

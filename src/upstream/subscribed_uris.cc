#include "upstream/subscribed_uris.h"

namespace jungle::upstream {

std::string SubscribedUris::next_missing(const WatchedUris& wanted) const {
  for (const std::string& uri : wanted.all()) {
    if (wanted.is_awaited(uri) || !(taken.contains(uri) || refused.contains(uri))) return uri;
  }
  return {};
}

std::string SubscribedUris::next_unwanted(const WatchedUris& wanted) const {
  for (const std::string& uri : taken) {
    if (!wanted.contains(uri)) return uri;
  }
  return {};
}

void SubscribedUris::refuse(WatchedUris& wanted, const std::string& uri, const Error& error) {
  wanted.refuse(uri, error);
  if (wanted.contains(uri)) refused.insert(uri);  // What was only awaited is not wanted any more.
}

}  // namespace jungle::upstream

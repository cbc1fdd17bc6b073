#include "upstream/watched_uris.h"

#include <algorithm>

namespace jungle::upstream {

void WatchedUris::add(const std::string& uri, std::shared_ptr<Confirmation> reply) {
  Watched& watched = uris_[uri];
  if (!reply) {
    watched.confirmed = true;
  } else if (watched.confirmed) {
    Confirmation::give(reply, Result<void>());
  } else {
    watched.waiting.push_back(std::move(reply));
  }
}

void WatchedUris::remove(const std::string& uri) {
  const auto found = uris_.find(uri);
  if (found == uris_.end()) return;
  const auto waiting = std::move(found->second.waiting);
  uris_.erase(found);
  for (const auto& reply : waiting)
    Confirmation::give(reply, Error{ErrorCode::kCancelled, "the subscription was given up", {}});
}

void WatchedUris::clear(const Error& why) {
  for (const auto& [uri, watched] : std::exchange(uris_, {})) {
    for (const auto& reply : watched.waiting)
      Confirmation::give(reply, why);
  }
}

bool WatchedUris::is_awaited(const std::string& uri) const {
  const auto found = uris_.find(uri);
  return found != uris_.end() && !found->second.confirmed;
}

bool WatchedUris::any_awaited() const {
  return std::any_of(uris_.begin(), uris_.end(), [](const auto& item) { return !item.second.confirmed; });
}

std::set<std::string> WatchedUris::all() const {
  std::set<std::string> out;
  for (const auto& [uri, watched] : uris_)
    out.insert(uri);
  return out;
}

bool WatchedUris::confirm(const std::string& uri) {
  const auto found = uris_.find(uri);
  if (found == uris_.end()) return false;
  for (const auto& reply : std::exchange(found->second.waiting, {}))
    Confirmation::give(reply, Result<void>());
  return std::exchange(found->second.confirmed, true);
}

void WatchedUris::confirm_awaited(const std::set<std::string>& standing) {
  for (const std::string& uri : standing) {
    if (is_awaited(uri)) confirm(uri);
  }
}

void WatchedUris::refuse(const std::string& uri, const Error& error) {
  const auto found = uris_.find(uri);
  if (found == uris_.end() || found->second.confirmed) return;
  const auto waiting = std::move(found->second.waiting);
  uris_.erase(found);
  for (const auto& reply : waiting)
    Confirmation::give(reply, error);
}

void WatchedUris::fail_awaited(const Error& error) {
  for (const std::string& uri : all())
    refuse(uri, error);
}

}  // namespace jungle::upstream

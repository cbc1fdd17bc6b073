#include "downstream/watch_list.h"

#include <utility>

#include "downstream/limits.h"

namespace jungle::downstream {

Error too_many_watches() {
  const std::string limit = std::to_string(kWatchedResourcesMax);
  return {ErrorCode::kLimitExceeded, "a client may subscribe to " + limit + " resources at once", {}};
}

bool WatchList::contains(const std::string& uri) const {
  return state_.with([&](const State& state) { return state.watches.contains(uri); });
}

bool WatchList::is_full() const {
  return state_.with([](const State& state) { return state.watches.size() >= kWatchedResourcesMax; });
}

Result<void> WatchList::add(const std::string& uri, mcp::ResourceWatchPtr watch) {
  return state_.with([&](State& state) -> Result<void> {
    if (state.closed) return Error{ErrorCode::kNotFound, "the session has ended", {}};
    if (state.watches.contains(uri)) return {};
    if (state.watches.size() >= kWatchedResourcesMax) return too_many_watches();
    state.watches.emplace(uri, std::move(watch));
    return {};
  });
}

void WatchList::remove(const std::string& uri) {
  const auto removed = state_.with([&](State& state) { return state.watches.extract(uri); });
}

void WatchList::close() {
  const auto all = state_.with([](State& state) {
    state.closed = true;
    return std::exchange(state.watches, {});
  });
}

std::vector<std::pair<std::string, mcp::ResourceWatchPtr>> WatchList::of(std::string_view server,
                                                                         std::string_view own_uri) const {
  return state_.with([&](const State& state) {
    std::vector<std::pair<std::string, mcp::ResourceWatchPtr>> found;
    for (const auto& [uri, watch] : state.watches) {
      if (watch->own_uri() == own_uri && watch->server() == server) found.emplace_back(uri, watch);
    }
    return found;
  });
}

}  // namespace jungle::downstream

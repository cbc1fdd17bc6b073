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

bool WatchList::has_room_for(const std::string& uri) const {
  return state_.with([&](const State& state) {
    return state.size() < kWatchedResourcesMax || state.watches.contains(uri) || state.resting.contains(uri);
  });
}

Result<void> WatchList::add(const std::string& uri, mcp::ResourceWatchPtr watch) {
  return state_.with([&](State& state) -> Result<void> {
    if (state.closed) return Error{ErrorCode::kNotFound, "the session has ended", {}};
    if (state.watches.contains(uri)) return {};
    state.resting.erase(uri);
    if (state.size() >= kWatchedResourcesMax) return too_many_watches();
    state.watches.emplace(uri, std::move(watch));
    return {};
  });
}

void WatchList::remove(const std::string& uri) {
  const auto removed = state_.with([&](State& state) {
    state.resting.erase(uri);
    return state.watches.extract(uri);
  });
}

std::vector<std::string> WatchList::begin_stream() {
  return state_.with([](State& state) {
    ++state.streams;
    return std::vector<std::string>(state.resting.begin(), state.resting.end());
  });
}

void WatchList::end_stream() {
  state_.with([](State& state) { --state.streams; });
}

void WatchList::rest() {
  const auto all = state_.with([](State& state) {
    if (state.streams != 0) return decltype(state.watches)();
    for (const auto& [uri, watch] : state.watches)
      state.resting.insert(uri);
    return std::exchange(state.watches, {});
  });
}

void WatchList::close() {
  const auto all = state_.with([](State& state) {
    state.closed = true;
    state.resting.clear();
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

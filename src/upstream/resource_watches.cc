#include "upstream/resource_watches.h"

#include <boost/asio/dispatch.hpp>

#include "catalog/definition.h"
#include "upstream/limits.h"
#include "upstream/server_state.h"

namespace jungle::upstream {
namespace {

Error not_told(const catalog::ServerName& server) {
  return Error{ErrorCode::kNotFound, "no server '" + server.str() + "' tells of changes of its resources", {}};
}

// Whether `uri` names `watched` or a part of it (MCP 2026-07-28 schema ResourceUpdatedNotificationParams).
bool is_part_of(std::string_view uri, std::string_view watched) {
  if (!uri.starts_with(watched)) return false;
  const std::string_view rest = uri.substr(watched.size());
  return rest.empty() || watched.ends_with('/') || rest.front() == '/' || rest.front() == '#' || rest.front() == '?';
}

}  // namespace

ResourceWatches::ResourceWatches(Executor control, telemetry::Log& log, FindServer find)
    : control_(control), find_(std::move(find)), tasks_(control, [&log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine that subscribes to resources");
      }) {}

Task<Result<void>> ResourceWatches::subscribe(catalog::ServerName server, std::string own_uri) {
  if (stopped_) co_return Error{ErrorCode::kUnavailable, "the gateway stops", {}};
  Watches& watches = servers_[server.str()];
  if (watches.size() >= kWatchedUrisMax && !watches.contains(own_uri)) {
    co_return Error{ErrorCode::kLimitExceeded,
                    "server '" + server.str() + "': no more than " + std::to_string(kWatchedUrisMax) +
                        " of its resources can be subscribed to",
                    {}};
  }
  Watched& watched = watches[own_uri];
  ++watched.count;
  if (!watched.attempt) {
    watched.attempt = std::make_shared<Attempt>(control_);
    tasks_.spawn(run_attempt(server, own_uri, watched.attempt));
  }
  const auto attempt = watched.attempt;
  while (!attempt->outcome) {
    const bool woken = co_await attempt->changed.wait();
    if (woken || attempt->outcome) continue;
    unsubscribe(server, own_uri);
    co_return Error{ErrorCode::kCancelled, "the subscription was given up", {}};
  }
  co_return *attempt->outcome;
}

Task<void> ResourceWatches::run_attempt(catalog::ServerName server, std::string uri, std::shared_ptr<Attempt> attempt) {
  auto outcome = co_await ask(server, uri);
  if (!outcome) {
    // Who waits for it learns why; nobody has it.
    if (const auto found = servers_.find(server.str()); found != servers_.end()) {
      const auto watched = found->second.find(uri);
      if (watched != found->second.end() && watched->second.attempt == attempt) found->second.erase(watched);
      if (found->second.empty()) servers_.erase(found);
    }
  }
  attempt->outcome = std::move(outcome);
  attempt->changed.notify_all();
}

Task<Result<void>> ResourceWatches::ask(const catalog::ServerName& server, const std::string& uri) {
  const auto state = find_(server);
  if (!state || !state->watch) co_return not_told(server);
  auto reply = std::make_shared<WatchedUris::Confirmation>(control_);
  asio::dispatch(state->home.executor, [state, uri, reply] { state->watch->subscribe(uri, reply); });
  auto confirmed = co_await reply->wait();
  if (!confirmed) co_return Error{ErrorCode::kCancelled, "the subscription was given up", {}};
  co_return std::move(*confirmed);
}

void ResourceWatches::unsubscribe(const catalog::ServerName& server, const std::string& own_uri) {
  const auto found = servers_.find(server.str());
  if (found == servers_.end()) return;
  const auto watched = found->second.find(own_uri);
  if (watched == found->second.end() || --watched->second.count > 0) return;
  found->second.erase(watched);
  if (found->second.empty()) servers_.erase(found);
  drop(server, own_uri);
}

void ResourceWatches::drop(const catalog::ServerName& server, const std::string& uri) {
  const auto state = find_(server);
  if (!state || !state->watch) return;
  asio::dispatch(state->home.executor, [state, uri] { state->watch->unsubscribe(uri); });
}

void ResourceWatches::restore(const catalog::ServerName& server) {
  const auto found = servers_.find(server.str());
  const auto state = find_(server);
  if (found == servers_.end() || !state || !state->watch) return;
  for (const auto& [uri, watched] : found->second) {
    // An attempt that is under way asks the former one, and fails with it.
    if (!watched.attempt->outcome) continue;
    asio::dispatch(state->home.executor, [state, uri = uri] { state->watch->subscribe(uri, nullptr); });
  }
}

void ResourceWatches::updated(catalog::ServerName server, std::string uri) {
  if (uri.size() > catalog::kUriBytesMax) return;
  const bool is_first = told_.with([&](Told& told) {
    std::set<std::string>& uris = told[server.str()];
    const bool none = uris.empty();
    if (uris.size() < kWatchedUrisMax) uris.insert(std::move(uri));
    return none;
  });
  if (!is_first) return;
  asio::dispatch(control_, [this, server = std::move(server)] {
    const auto told = told_.with([&](Told& all) { return std::exchange(all[server.str()], {}); });
    for (const std::string& changed : told)
      report(server, changed);
  });
}

void ResourceWatches::report(const catalog::ServerName& server, const std::string& uri) {
  const auto found = servers_.find(server.str());
  if (stopped_ || found == servers_.end() || !on_update_) return;
  // A copy: who is told may subscribe and unsubscribe.
  std::vector<std::string> told;
  for (const auto& [watched, state] : found->second) {
    if (is_part_of(uri, watched)) told.push_back(watched);
  }
  for (const std::string& watched : told)
    on_update_(server, watched);
}

Task<void> ResourceWatches::stop() {
  stopped_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace jungle::upstream

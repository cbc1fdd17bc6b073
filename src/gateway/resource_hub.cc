#include "gateway/resource_hub.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace jungle::gateway {

ResourceHub::ResourceHub(Executor control, Servers servers, TaskGroup::OnError on_error)
    : control_(control), servers_(std::move(servers)), tasks_(control, std::move(on_error)) {}

void ResourceHub::watch(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply) {
  asio::post(control_, [this, server = std::move(server), own_uri = std::move(own_uri), reply]() mutable {
    start(std::move(server), std::move(own_uri), std::move(reply));
  });
}

void ResourceHub::start(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply) {
  if (stopped_) return WatchReply::give(reply, Error{ErrorCode::kUnavailable, "the gateway is shutting down", {}});
  if (watched_ >= kWatchesMax) {
    return WatchReply::give(
        reply, Error{ErrorCode::kLimitExceeded, "all clients together watch as many resources as they may", {}});
  }
  ++watched_;
  tasks_.spawn(run_watch(std::move(server), std::move(own_uri), std::move(reply)));
}

Task<void> ResourceHub::run_watch(catalog::ServerName server, std::string own_uri, std::shared_ptr<WatchReply> reply) {
  auto subscribing = servers_.subscribe(server, own_uri);
  auto subscribed = co_await std::move(subscribing);
  if (!subscribed) {
    --watched_;
    WatchReply::give(reply, subscribed.error());
    co_return;
  }
  const auto release = [this](const mcp::ResourceWatch& watch) { let_go(watch); };
  WatchReply::give(reply, std::make_shared<const mcp::ResourceWatch>(server.str(), std::move(own_uri), release));
}

// On the thread that gave up the watch.
void ResourceHub::let_go(const mcp::ResourceWatch& watch) {
  asio::post(control_, [this, server = catalog::ServerName(watch.server()), own_uri = watch.own_uri()] {
    --watched_;
    servers_.unsubscribe(server, own_uri);
  });
}

Task<void> ResourceHub::stop() {
  stopped_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace jungle::gateway

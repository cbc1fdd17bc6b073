// The watch of a server that is reached over channels.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/task_group.h"
#include "upstream/channel_listen.h"
#include "upstream/channel_watch_place.h"
#include "upstream/subscribed_uris.h"

namespace jungle::upstream {

// Subscribes over the session that all calls to a stateful stdio server share, which does not end while somebody is
// subscribed, and is opened again if it ends by itself: with `resources/subscribe` (MCP 2025-11-25 server/resources),
// or by a ChannelListen at a modern server, which so tells of its lists too. What a legacy process says without being
// asked comes by its home. Stateless stdio servers have no process to listen to, and take no subscriptions. A server of
// HTTP+SSE has a session for news alone, which is also open while it offers to tell of its lists.
class ChannelWatch final : public ServerWatch {
 public:
  // Everything outlives it.
  ChannelWatch(Executor executor, Time& time, telemetry::Log& log, Random& random, ChannelHome& home,
               std::shared_ptr<const ServerFacts> facts, std::atomic<Era>& era, std::atomic<std::uint64_t>& ids,
               const ServerNews& news);

  void hear(OfferedNews offered) override;
  void subscribe(std::string uri, std::shared_ptr<WatchedUris::Confirmation> reply) override;
  void unsubscribe(const std::string& uri) override;
  Task<void> end() override;

 private:
  bool wants_lists() const { return place_.home.is_for_news() && place_.offered.any_list(); }
  bool is_modern() const { return era_.load() == Era::kModern; }
  bool has_work() const;
  void wake();
  void take_change_of_session();
  void tell_hearing() const;
  Task<void> open_session();
  Task<void> run();
  Task<void> keep_subscriptions();
  Task<void> subscribe_at_server(std::string uri);
  Task<Result<mcp::Response>> ask(std::string method, std::string params);

  ChannelWatchPlace place_;
  std::atomic<Era>& era_;
  SubscribedUris subscribed_;  // At a legacy process.
  bool has_session_ = false;
  bool has_heard_ = false;  // There was a session before: what came between it and the next was missed.
  bool running_ = false;
  bool closed_ = false;
  TaskGroup tasks_;
  ChannelListen listen_{place_, tasks_};
};

}  // namespace jungle::upstream

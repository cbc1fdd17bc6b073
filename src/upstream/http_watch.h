// The watch of an HTTP server.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/task_group.h"
#include "upstream/legacy_watch.h"
#include "upstream/watch_pace.h"
#include "upstream/watch_place.h"

namespace jungle::upstream {

// Keeps one connection for news open, of whichever era the server is, and makes it again when it ends: after the pause
// that the server asks for or, when it does not stay up, after longer and longer ones. A server that has no such
// connection is not asked again until it offers something else.
class HttpWatch final : public ServerWatch {
 public:
  // `tokens` is null for servers that get none. Everything outlives it.
  HttpWatch(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint, std::shared_ptr<const ServerFacts> facts,
            std::shared_ptr<oauth::TokenSource> tokens, std::atomic<Era>& era, std::atomic<std::uint64_t>& ids,
            const ServerNews& news, Random& random);

  void hear(OfferedNews offered) override;
  void subscribe(std::string uri, std::shared_ptr<WatchedUris::Confirmation> reply) override;
  void unsubscribe(const std::string& uri) override;
  Task<void> end() override;

 private:
  void wake();
  Task<void> run();
  Task<Result<void>> until_awaited();
  Task<WatchEnd> listen();
  Task<Result<OpenedLink>> open();
  Task<void> renew_if_refused(WatchEnd end, oauth::AccessTokenPtr token);
  void plan_next(WatchEnd end, SteadyTime began);
  void close_session();

  WatchPlace place_;
  const std::shared_ptr<oauth::TokenSource> tokens_;
  std::atomic<Era>& era_;
  std::optional<LegacyWatch> session_;
  bool running_ = false;
  bool closed_ = false;
  bool has_none_ = false;  // The server has nothing to listen to.
  WatchPace pace_;
  SteadyTime next_attempt_{};
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

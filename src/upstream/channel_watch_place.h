// What listening to a server over channels takes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/random.h"
#include "base/signal.h"
#include "base/task.h"
#include "upstream/channel_home.h"
#include "upstream/server_news.h"
#include "upstream/server_watch.h"

namespace jungle::upstream {

// Shared by the parts of a ChannelWatch, which owns it; on the home executor.
struct ChannelWatchPlace {
  const Executor executor;
  Time& time;
  telemetry::Log& log;
  Random& random;
  ChannelHome& home;
  const std::shared_ptr<const ServerFacts> facts;
  std::atomic<std::uint64_t>& ids;
  const ServerNews& news;

  OfferedNews offered = {};  // Whose lists are listened for.
  WatchedUris uris = {};
  Signal changed{executor};  // Something of this, or of the process.
  std::size_t failures = 0;  // In a row.
  std::optional<SteadyTime> standing_since = std::nullopt;
  SteadyTime next_attempt = {};

  const std::string& server() const { return facts->spec.name.str(); }
  // What was asked for is told from now on.
  void note_standing();
  // It did not come about, or has ended: the next attempt comes later than the last one did, unless it stood for long.
  void note_failure();
  // Until then, or until somebody subscribes, who need not wait.
  Task<void> pause();

 private:
  Task<Result<void>> until_awaited();
};

}  // namespace jungle::upstream

// What listening to one HTTP server takes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/signal.h"
#include "upstream/http_link.h"
#include "upstream/server_news.h"
#include "upstream/server_watch.h"

namespace jungle::upstream {

// Shared by the parts of an HttpWatch, which owns it; on the home executor.
struct WatchPlace {
  Worker& worker;
  const std::shared_ptr<const HttpEndpoint> endpoint;
  const std::shared_ptr<const ServerFacts> facts;
  std::atomic<std::uint64_t>& ids;
  const ServerNews& news;

  OfferedNews offered = {};  // Whose lists are listened for.
  WatchedUris uris = {};
  Signal changed{worker.executor};  // Something of this, or of a connection.
  bool has_heard = false;           // A connection stood before: what came between it and the next was missed.
  bool has_told = false;            // Something came on the one that stands, or stood last.

  bool is_wanted() const { return offered.any_list() || !uris.empty(); }
  // `hearing`: what the server offers to tell is heard. That may be less than all.
  void set_hearing(Hearing hearing) const { news.set_hearing(offered.all_lists ? hearing : Hearing::kNo); }
  const std::string& server() const { return facts->spec.name.str(); }
};

// How a connection for news ended.
enum class WatchEnd : std::uint8_t {
  kOver,      // It stood, and has ended.
  kFailed,    // It did not come about.
  kGone,      // So did its session.
  kRefused,   // The server refused our credential.
  kNone,      // The server has none.
  kUnwanted,  // Nobody listens any more.
};

}  // namespace jungle::upstream

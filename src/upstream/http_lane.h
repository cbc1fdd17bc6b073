// The sessions of an HTTP server as one worker uses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/deadline_list.h"
#include "base/published.h"
#include "mcp/client_capabilities.h"
#include "upstream/http_home.h"
#include "upstream/server_state.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// How calls of one worker whose clients can do the same get a link to a server: the published one of their home, or,
// where each call needs a session of its own, one that was opened ahead of need and is closed behind it.
//
// Owned by the worker's HttpUpstream and by its own background coroutines; on the worker's executor.
class HttpLane : public std::enable_shared_from_this<HttpLane> {
 public:
  HttpLane(Worker& worker, std::shared_ptr<ServerState> state, mcp::ClientCapabilities capabilities);

  mcp::ClientCapabilities capabilities() const { return capabilities_; }

  // What calls use at the moment; null: ensure_link() first.
  HttpLinkPtr current() { return link_.current(); }
  // Another link than `dead`, which may be null. Errors: the server's, or kCancelled.
  Task<Result<HttpLinkPtr>> ensure_link(HttpLinkPtr dead);
  // An answer over `doubted` is one of the other era: the link to go on with.
  Task<Result<HttpLinkPtr>> settle_era(HttpLinkPtr doubted);
  // The same for the calls to come; nobody waits for it.
  void mention_doubt(HttpLinkPtr link);

  // A session for one call, if one is ready; another one is then opened.
  HttpLinkPtr take_ready();
  // Ends a session in the background. `cancelled_id` as in run_close_session().
  void say_goodbye(LinkUse use, std::uint64_t cancelled_id);

  void close();

 private:
  Task<Result<HttpLinkPtr>> granted(std::shared_ptr<HttpHome::GrantReply> reply);
  LinkUse use_of(HttpLinkPtr link) const;
  void keep_ready();
  void drop_ready();
  Task<void> run_open_ready();

  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  const mcp::ClientCapabilities capabilities_;
  HttpHome& home_;
  Published<HttpLink>::Reader link_;
  std::deque<HttpLinkPtr> ready_;  // Fresh, initialized, never used.
  std::size_t opening_ = 0;
  std::size_t ready_wanted_ = 1;
  bool closed_ = false;
  DeadlineList::Entry idle_{[this] { drop_ready(); }};  // kReadyIdle after the last call.
};

}  // namespace jungle::upstream

// The shared session of one HTTP server.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/published.h"
#include "base/reply.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "upstream/http_link.h"
#include "upstream/server_news.h"
#include "upstream/session_stream.h"

namespace jungle::upstream {

// Opens the link that all workers share, one attempt at a time, on one executor, its home. Workers read the current
// link without coming here; they come when there is none, or when it turned out to be dead.
//
// A stateful session ends after the idle time of the options. Owned by its ServerState; everything but published()
// runs on the home executor. end() must have returned before it is destroyed.
class HttpHome {
 public:
  // What a worker gets: the link and, if calls need sessions of their own, the first of those for one of the askers.
  struct Grant {
    HttpLinkPtr link;
    HttpLinkPtr session;
  };
  using GrantReply = Reply<Result<Grant>>;

  // `tokens` is null for servers that get none.
  HttpHome(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint, std::shared_ptr<const ServerFacts> facts,
           std::shared_ptr<oauth::TokenSource> tokens, std::shared_ptr<const ServerNews> news, SessionStreams& streams,
           std::atomic<Era>& era, std::atomic<std::uint64_t>& ids, mcp::ClientCapabilities capabilities);

  const Published<HttpLink>& published() const { return link_; }

  // Answers with a link that is not `dead` (which may be null).
  void ensure_link(HttpLinkPtr dead, std::shared_ptr<GrantReply> reply);

  // An answer over `link` contradicts the server's era. Asks the server, at most once in kEraDoubtPause, and answers
  // with the link for further calls: `link` itself unless the era did change.
  void doubt_era(HttpLinkPtr link, std::shared_ptr<GrantReply> reply);

  // `patient`: calls in flight on a shared session may finish first, unless hurry() is called.
  Task<void> end(bool patient);
  void hurry();

 private:
  Task<void> run_open();
  Task<void> run_probe(HttpLinkPtr link);
  Task<void> run_idle_watch(HttpLinkPtr link);
  Grant share(OpenedLink opened);
  void bury(HttpLinkPtr link);
  HttpPlace place() { return HttpPlace{worker_, *endpoint_, *facts_, ids_, token(), nullptr, capabilities_}; }
  oauth::AccessTokenPtr token() const { return tokens_ ? tokens_->published().load() : nullptr; }
  bool is_stateful() const { return facts_->spec.session_mode == catalog::SessionMode::kStateful; }

  Worker& worker_;
  const std::shared_ptr<const HttpEndpoint> endpoint_;
  const std::shared_ptr<const ServerFacts> facts_;
  const std::shared_ptr<oauth::TokenSource> tokens_;
  const std::shared_ptr<const ServerNews> news_;
  SessionStreams& streams_;
  std::atomic<Era>& era_;
  std::atomic<std::uint64_t>& ids_;
  const mcp::ClientCapabilities capabilities_;
  Published<HttpLink> link_{nullptr};
  std::vector<std::shared_ptr<GrantReply>> waiting_;
  std::vector<std::shared_ptr<GrantReply>> doubting_;
  SteadyTime next_probe_{};
  bool opening_ = false;
  bool probing_ = false;
  bool closed_ = false;
  bool hurry_ = false;
  TaskGroup tasks_;
};

}  // namespace jungle::upstream

// An HTTP server as one worker reaches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/deadline_list.h"
#include "base/published.h"
#include "upstream/http_home.h"
#include "upstream/http_post.h"
#include "upstream/upstream_server.h"

namespace jungle::upstream {

// Posts calls over this worker's own connections, start to end on this worker: no lock, no hop. What it shares with
// other workers is the published link. Where each call needs a session of its own, sessions are opened ahead of need
// and closed behind it, on this worker too.
class HttpUpstream final : public UpstreamServer {
 public:
  HttpUpstream(Worker& worker, std::shared_ptr<ServerState> state);

  const std::shared_ptr<ServerState>& state() const override { return state_; }
  void close() override;
  Task<Result<mcp::Response>> handle(mcp::Request request, const mcp::CallContext& call,
                                     mcp::EventSink& events) override;

 private:
  struct Call;
  struct Outcome;

  Task<Result<HttpLinkPtr>> ensure_link(HttpLinkPtr dead);
  Task<Result<HttpLinkPtr>> settle_era(HttpLinkPtr doubted);
  void mention_doubt(HttpLinkPtr link);
  Task<bool> renew_param_headers(Call& call);
  Task<Result<HttpLinkPtr>> granted(std::shared_ptr<HttpHome::GrantReply> reply);
  Task<Outcome> call_over(Call& call, HttpLinkPtr link);
  Task<Outcome> call_in_own_session(Call& call);
  Task<Outcome> call_in_fresh_session(Call& call);
  Outcome judge(Call& call, Result<HttpAnswer> answer, const HttpLink& link);

  bool may_probe() const { return state_->facts->spec.protocol == catalog::Protocol::kAuto; }

  HttpLinkPtr take_ready();
  void keep_ready();
  void drop_ready();
  Task<void> run_open_ready();
  void say_goodbye(LinkUse use, std::uint64_t cancelled_id);
  LinkUse use_of(HttpLinkPtr link, const Call& call) const;
  LinkUse use_of(HttpLinkPtr link) const;
  std::shared_ptr<HttpUpstream> self() { return std::static_pointer_cast<HttpUpstream>(shared_from_this()); }

  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  Published<HttpLink>::Reader link_;
  std::optional<Published<oauth::AccessToken>::Reader> token_;  // Absent where there are no tokens.

  // Sessions of a stateless server that gives them: fresh, initialized, never used.
  std::deque<HttpLinkPtr> ready_;
  std::size_t opening_ = 0;
  std::size_t ready_wanted_ = 1;
  bool closed_ = false;
  DeadlineList::Entry idle_{[this] { drop_ready(); }};  // kReadyIdle after the last call.
};

}  // namespace jungle::upstream

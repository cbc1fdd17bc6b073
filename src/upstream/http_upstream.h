// An HTTP server as one worker reaches it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/published.h"
#include "upstream/call_listener.h"
#include "upstream/http_lane.h"
#include "upstream/http_post.h"
#include "upstream/legacy_tasks.h"
#include "upstream/task_sessions.h"
#include "upstream/upstream_server.h"

namespace jungle::upstream {

// Posts calls over this worker's own connections, start to end on this worker: no lock, no hop. What it shares with
// other workers is the published link of each lane.
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

  HttpLane& lane_of(const mcp::CallContext& call, const mcp::EventSink& events);
  Task<bool> renew_param_headers(Call& call);
  Task<Outcome> begin(Call& call, HttpLinkPtr link);
  Task<Outcome> call_over(Call& call, HttpLinkPtr link);
  Task<Outcome> call_in_own_session(Call& call);
  Task<Outcome> call_in_fresh_session(Call& call);
  LinkUse use_of(HttpLinkPtr link, const Call& call) const;
  void leave(const Call& call, HttpLinkPtr session, const Outcome& outcome);
  Task<Result<HttpAnswer>> post_with(const HttpPost& request, CallListener& listener,
                                     const std::optional<SessionStream::Flight>& flight);
  void say_cancelled(const Call& call, HttpLinkPtr link, const Outcome& given_up);
  Error unopened(const Call& call, Error error);
  Outcome judge(Call& call, Result<HttpAnswer> answer, const HttpLink& link);

  // http_tasks.cc
  bool may_keep_task(const Call& call) const;
  Outcome kept_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link, const std::string& progress_token);
  Task<Result<HttpAnswer>> result_of_task(HttpPost request, std::string_view task, CallListener& listener,
                                          const std::optional<SessionStream::Flight>& flight);
  HttpLinkPtr link_of(const LegacyTask& task, const Call& call);
  Task<Outcome> call_about_task(Call& call);
  Task<Outcome> cancel_task(Call& call, const HttpLink& link, std::string_view params);
  Task<Outcome> ask_about_task(Call& call, const HttpLink& link, std::string_view method, std::string_view params);
  static Outcome acknowledged(Outcome outcome);
  void update_task(const std::string& id, std::string responses);
  Task<std::string> questions_of(Call& call, HttpLinkPtr link, LegacyTask task);
  Task<Outcome> relay_about_task(Call& call, HttpLinkPtr link, LegacyTask task);
  Outcome judged_about_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link);
  Outcome refused_task(Call& call, Result<HttpAnswer> answer, const HttpLink& link);

  bool may_probe() const { return may_change_era(state_->facts->spec); }

  std::shared_ptr<HttpUpstream> self() { return std::static_pointer_cast<HttpUpstream>(shared_from_this()); }

  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  std::optional<Published<oauth::AccessToken>::Reader> token_;  // Absent where there are no tokens.
  std::vector<std::shared_ptr<HttpLane>> lanes_;                // The first one for calls that relay nothing.
  TaskSessions task_sessions_;
  bool closed_ = false;
};

}  // namespace jungle::upstream

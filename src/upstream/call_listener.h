// What a server sends before it answers a call.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "upstream/call_clock.h"
#include "upstream/call_inbox.h"
#include "upstream/http_link.h"
#include "upstream/http_post.h"
#include "upstream/server_news.h"
#include "upstream/session_stream.h"

namespace jungle::upstream {

// Relays the notifications and requests that come before the answer of one call over HTTP, and keeps the call alive
// while there is progress or its client thinks. What concerns no call goes to the news. Lives in the frame of the call;
// borrows what it is given.
class CallListener final : public PostListener {
 public:
  CallListener(Worker& worker, const ServerNews& news, LinkUse use, const mcp::Request& request,
               const mcp::CallContext& call, mcp::EventSink& events, const CallClock& clock,
               std::string_view progress_token);

  Task<void> on_notification(mcp::Notification notification, http::ClientResponse& answer) override;
  Task<void> on_request(mcp::Request request, http::ClientResponse& answer) override;

  // The same where what comes is collected first. Returns when the exchange is over and nothing is left to relay, or
  // the call's time is up, which ends at `deadline` unless it is moved, or the coroutine is cancelled.
  Task<void> relay_from(std::shared_ptr<CallInbox> inbox, const std::optional<Result<HttpAnswer>>& answer,
                        SteadyTime deadline);
  SteadyTime deadline_or(SteadyTime first) const override { return std::max(deadline_, first); }

 private:
  Task<void> relay(mcp::Notification notification);
  Task<void> relay(mcp::Request request);
  void move_deadline(SteadyTime to) { deadline_ = std::max(deadline_, to); }

  Worker& worker_;
  const ServerNews& news_;
  const LinkUse use_;
  const mcp::CallContext& call_;
  mcp::EventSink& events_;
  const CallClock& clock_;
  std::string_view own_token_;
  std::optional<std::string_view> client_token_;
  SteadyTime deadline_{};
};

// post() for a call whose server may also speak on the stream of its session: what comes there and what comes on the
// call's own are relayed alike. kDeadlineExceeded when the call's time is up.
Task<Result<HttpAnswer>> post_beside_stream(Worker& worker, const HttpPost& request, CallListener& listener,
                                            const SessionStream::Flight& flight);

}  // namespace jungle::upstream

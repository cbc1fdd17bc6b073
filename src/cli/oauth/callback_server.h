// The redirect URI of an authorization request, on loopback.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/time.h"
#include "cli/oauth/authorization_response.h"
#include "cli/oauth/callback_page.h"
#include "http/server.h"
#include "telemetry/log.h"

namespace jungle::cli {

// Whether a server of ours can answer at `redirect_uri`: http on a loopback address or localhost, with a path.
bool is_loopback_redirect(std::string_view redirect_uri);

// Hears the answer to one authorization request (RFC 8252 §7.3): a GET for the path of the redirect URI, under its own
// Host, with the state of the request. The first such request is the answer; its browser waits until conclude() says
// what became of it. Everything else is turned away and changes nothing: other hosts (DNS rebinding), paths, methods
// and states, and whatever comes after the answer.
//
// Everything runs on `executor`. Owned by an Approval; stop() before it is destroyed.
class CallbackServer final : private http::Handler {
 public:
  CallbackServer(Executor executor, Time& time, DeadlineList& deadlines, telemetry::Log& log);
  CallbackServer(const CallbackServer&) = delete;
  CallbackServer& operator=(const CallbackServer&) = delete;
  ~CallbackServer() override = default;

  // Listens where `redirect_uri` leads or, if it is empty, on a free port of 127.0.0.1 under /oauth/callback.
  // Errors: kInvalidArgument (not is_loopback_redirect()), kConflict (the port is taken), kPermissionDenied.
  Result<void> listen(std::string_view redirect_uri);
  const std::string& redirect_uri() const { return redirect_uri_; }

  // From now on an answer with this state is the one. REQUIRES: listen() succeeded.
  void expect(std::string state);
  const std::optional<AuthorizationResponse>& answer() const { return answer_; }
  // What the browser that brought the answer is shown.
  void conclude(CallbackPage page);
  // Returns when the last page is written, or at `force_at`.
  Task<void> stop(SteadyTime force_at);

 private:
  Task<void> handle(http::Exchange& exchange) override;
  // Why the request is not the answer; nothing if it is.
  std::optional<CallbackPage> refusal(const http::Exchange& exchange);

  http::Server server_;
  std::string redirect_uri_;
  std::string authority_;  // The Host of our browser's requests.
  std::string path_;
  std::string state_;
  std::optional<AuthorizationResponse> answer_;
  std::optional<CallbackPage> conclusion_;
  Signal concluded_;
};

}  // namespace jungle::cli

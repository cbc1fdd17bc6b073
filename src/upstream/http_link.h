// How calls reach an HTTP server at the moment.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "mcp/client_capabilities.h"
#include "mcp/log_level.h"
#include "oauth/token_source.h"
#include "upstream/era.h"
#include "upstream/greeting.h"
#include "upstream/http_endpoint.h"
#include "upstream/http_post.h"
#include "upstream/server_facts.h"
#include "upstream/worker.h"

namespace jungle::upstream {

class SessionStream;

// A settled way to talk to a server: a modern one, or a legacy one after `initialize`. Immutable and shared by all
// workers, but for the counters and the level.
struct HttpLink {
  Era era = Era::kUnknown;
  mcp::Revision revision = mcp::kNewestModern;
  std::string session_id;         // Empty: the server gave none, or is modern.
  std::string headers;            // The fixed header text of its requests.
  bool session_per_call = false;  // Says that each call needs a session of its own; `headers` are not for calls.
  bool takes_log_level = false;   // A legacy server that has `logging/setLevel`.

  // Where the server may ask what belongs to a call; null: only on the stream of the call.
  std::shared_ptr<SessionStream> stream;

  mutable std::atomic<int> calls_in_flight{0};
  mutable std::atomic<std::int64_t> last_use{0};  // SteadyTime's count.
  // A client was given the handle of a task in this session, which it may ask for after a restart of ours.
  mutable std::atomic<bool> has_tasks{false};
  // What the server was told last. It holds for all calls of the session: the least urgent that one of them wants.
  mutable mcp::SharedLogLevel log_level;
};
using HttpLinkPtr = std::shared_ptr<const HttpLink>;

// `link`, which has no session, with the headers that `endpoint` gives it.
HttpLinkPtr link_over(const HttpEndpoint& endpoint, const HttpLink& link);

// The session of that id, as a server gave it that has tasks.
HttpLinkPtr link_in_session(const HttpEndpoint& endpoint, std::string session_id);

struct OpenedLink {
  std::shared_ptr<HttpLink> link;  // Not shared yet.
  Greeting greeting;
};

// What opening needs; everything outlives it.
struct HttpPlace {
  Worker& worker;
  const HttpEndpoint& endpoint;
  const ServerFacts& facts;
  std::atomic<std::uint64_t>& ids;
  oauth::AccessTokenPtr token = nullptr;      // To be presented, if it is not null.
  std::optional<Refusal>* refusal = nullptr;  // Set when the server refuses us, if it is not null.
  mcp::ClientCapabilities capabilities = {};  // What a server is told that its client can do.
};

// Gets in touch, within the server's init timeout. kLegacy: `initialize` and `notifications/initialized` (MCP
// 2025-11-25 basic/lifecycle). kModern: `server/discover`. kUnknown: finds out, by a modern `server/discover` first
// (MCP 2026-07-28 basic/versioning); whatever else the server makes of it, `initialize` then decides.
//
// Errors: as Discoverer::discover. A session that a server gave must be closed with close_session().
Task<Result<OpenedLink>> open_link(HttpPlace place, Era era);

// The same with a token of `tokens` (null: there are none), and once more with a newer one if the server refuses that.
// Scopes that it misses are noted.
Task<Result<OpenedLink>> open_link_with(oauth::TokenSource* tokens, HttpPlace place, Era era);
// The same for a server that was last of the era `known`: if it refuses to be greeted so, it may have been replaced by
// a version of the other era, and is asked what it is.
Task<Result<OpenedLink>> reopen_link(oauth::TokenSource* tokens, HttpPlace place, Era known);

// The token of `tokens` that requests are to present now, renewed if need be; null if `tokens` is. Errors: as
// TokenSource::renew().
Task<Result<oauth::AccessTokenPtr>> usable_token(Worker& worker, oauth::TokenSource* tokens);

// Asks `server/discover`, which changes nothing, to learn what a server is by now. kUnknown: it did not say, because it
// did not answer, or refused for another reason (401, 403, 429, 5xx). Takes up to kEraProbeTime.
Task<Era> probe_era(HttpPlace place);

// A link and what using it takes, for what is said when nobody waits any more.
struct LinkUse {
  std::shared_ptr<const HttpEndpoint> endpoint;
  HttpLinkPtr link;
  oauth::AccessTokenPtr token;  // May be null.
};

// Sees to it that a legacy server sends log messages of `level`, for the calls that follow: `logging/setLevel` (MCP
// 2025-11-25 server/utilities/logging), unless it has been told so much already. Never fails; takes up to
// kGoodbyeTimeout.
Task<void> tell_log_level(Worker& worker, LinkUse use, std::atomic<std::uint64_t>& ids, mcp::LogLevel level);
// Posts a message to a legacy server that nobody waits for: that a call was given up, an answer to what it asked. Never
// fails; takes up to kGoodbyeTimeout.
Task<void> run_say(Worker& worker, LinkUse use, std::string text);
// The same in the background, unless kGoodbyesMax messages are on their way there already.
void say(Worker& worker, LinkUse use, std::string text);
// Ends a session: DELETE with the headers of the session, authorization included. Does nothing without a session id.
// `cancelled_id` names a request that the server is told to stop first, 0: none. Never fails; bounded likewise.
Task<void> run_close_session(Worker& worker, LinkUse use, std::uint64_t cancelled_id);

// What to say about an answer that is no MCP, or a refusal. kUnauthenticated for HTTP 401. `token` is what the request
// presented; it may be null.
Error answer_error(const catalog::ServerSpec& spec, const HttpAnswer& answer, const oauth::AccessToken* token);

}  // namespace jungle::upstream

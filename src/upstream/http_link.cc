#include "upstream/http_link.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cancelled.h"
#include "upstream/hop.h"
#include "upstream/http_post.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

bool is_client_error(int status) { return status >= 400 && status < 500; }

// Authorization, load and faults have nothing to do with the era.
bool is_no_era_evidence(int status) {
  return status == 401 || status == 403 || status == 408 || status == 429 || status >= 500;
}

// An HTTP client's error while getting in touch.
Error open_error(const HttpPlace& place, Error error) {
  if (error.code == ErrorCode::kDeadlineExceeded) return init_timeout_error(place.facts.spec, place.facts.init_timeout);
  const bool refused = error.message.find("was refused") != std::string::npos;
  error = connect_error(place.facts.spec, std::move(error), place.endpoint.url().host_is_loopback());
  if (refused || error.code == ErrorCode::kCancelled) return error;
  const std::string prefix = "server '" + place.facts.spec.name.str() + "': ";
  return init_error(place.facts.spec, error.code, "transport error: " + error.message.substr(prefix.size()));
}

std::shared_ptr<HttpLink> modern_link(const HttpPlace& place) {
  auto link = std::make_shared<HttpLink>();
  link->era = Era::kModern;
  link->headers = place.endpoint.modern_headers();
  return link;
}

// The error for a refusal, or another answer that is no greeting.
Error refused(const HttpPlace& place, const HttpAnswer& answer) {
  if (place.refusal && answer.refusal) *place.refusal = answer.refusal;
  return answer_error(place.facts.spec, answer, place.token.get());
}

Task<Result<HttpAnswer>> ask_discover_once(HttpPlace place, SteadyTime deadline) {
  const std::string params = own_params(Era::kModern, {}, place.facts.client_info, place.capabilities.json());
  const std::array<http::Header, 1> headers{http::Header{"Mcp-Method", "server/discover"}};
  const HttpPost request{.endpoint = place.endpoint,
                         .token = place.token.get(),
                         .fixed_headers = place.endpoint.modern_headers(),
                         .headers = headers,
                         .id = place.ids.fetch_add(1),
                         .method = "server/discover",
                         .params = params,
                         .form = mcp::ResultForm::kModern,
                         .deadline = deadline};
  NoListener nobody;
  co_return co_await post(place.worker, request, nobody);
}

Task<Result<HttpAnswer>> ask_discover(HttpPlace place, SteadyTime deadline) {
  auto answer = co_await ask_discover_once(place, deadline);
  if (!answer || !answer->response || !offers_our_revision(*answer->response)) co_return answer;
  co_return co_await ask_discover_once(place, deadline);
}

Task<Result<OpenedLink>> discover(HttpPlace place, SteadyTime deadline) {
  auto answer = co_await ask_discover(place, deadline);
  if (!answer) co_return open_error(place, answer.error());
  if (!answer->response || answer->refusal) co_return refused(place, *answer);
  auto greeting = read_greeting(place.facts.spec, *answer->response, Era::kModern);
  if (!greeting) co_return greeting.error();
  co_return OpenedLink{modern_link(place), std::move(*greeting)};
}

Task<Result<OpenedLink>> initialize(HttpPlace place, SteadyTime deadline) {
  const catalog::ServerSpec& spec = place.facts.spec;
  const std::string params = initialize_params(place.facts.client_info, place.capabilities);
  const HttpPost request{.endpoint = place.endpoint,
                         .token = place.token.get(),
                         .fixed_headers = place.endpoint.base_headers(),
                         .headers = {},
                         .id = place.ids.fetch_add(1),
                         .method = "initialize",
                         .params = params,
                         .form = mcp::ResultForm::kLegacy,
                         .deadline = deadline};
  NoListener nobody;
  auto answer = co_await post(place.worker, request, nobody);
  if (!answer) co_return open_error(place, answer.error());
  if (!answer->response || answer->refusal) {
    if (is_client_error(answer->status) && !answer->refusal) {
      co_return init_error(spec, ErrorCode::kUpstreamRejected,
                           "server returned 4xx for initialize POST, likely a legacy SSE server, or not the URL of an "
                           "MCP server: " +
                               answer->instead);
    }
    co_return refused(place, *answer);
  }
  auto greeting = read_greeting(spec, *answer->response, Era::kLegacy);
  if (!greeting) co_return greeting.error();
  auto link = std::make_shared<HttpLink>();
  link->era = Era::kLegacy;
  link->revision = greeting->revision;
  link->session_id = std::move(answer->session_id);
  link->takes_log_level = greeting->offers("logging");
  link->headers = place.endpoint.session_headers(greeting->revision, link->session_id);
  const std::string initialized = notification_text("notifications/initialized", "{}");
  auto told =
      co_await post_message(place.worker, place.endpoint, place.token.get(), link->headers, initialized, deadline);
  const bool stop = co_await is_cancelled();
  if (stop) {
    LinkUse last{std::make_shared<const HttpEndpoint>(place.endpoint), std::move(link), place.token};
    place.worker.background.spawn(run_close_session(place.worker, std::move(last), 0));
    co_return cancelled_error(spec);
  }
  if (!told || *told >= 300) {
    place.worker.log.debug("a server did not take notifications/initialized",
                           {{"server", spec.name.str()}, {"status", told ? *told : 0}});
  }
  co_return OpenedLink{std::move(link), std::move(*greeting)};
}

}  // namespace

HttpLinkPtr link_over(const HttpEndpoint& endpoint, const HttpLink& link) {
  auto own = std::make_shared<HttpLink>();
  own->era = link.era;
  own->revision = link.revision;
  const bool is_modern = link.era == Era::kModern;
  own->headers = is_modern ? endpoint.modern_headers() : endpoint.session_headers(link.revision, {});
  return own;
}

HttpLinkPtr link_in_session(const HttpEndpoint& endpoint, std::string session_id) {
  auto link = std::make_shared<HttpLink>();
  link->era = Era::kLegacy;
  link->revision = mcp::kNewestLegacy;  // No other has them.
  link->headers = endpoint.session_headers(link->revision, session_id);
  link->session_id = std::move(session_id);
  return link;
}

Error answer_error(const catalog::ServerSpec& spec, const HttpAnswer& answer, const oauth::AccessToken* token) {
  if (answer.refusal && answer.refusal->status == 401) {
    if (token && !token->token.empty()) return token_refused_error(spec, answer.refusal->words);
    return credential_refused_error(spec, answer.refusal->words);
  }
  if (answer.is_refused()) return scope_missing_error(spec, *answer.refusal->missing_scopes, answer.refusal->words);
  std::string what = answer.refusal ? answer.refusal->words : answer.instead;
  if (what.empty()) what = "it answered HTTP " + std::to_string(answer.status) + " without a message";
  Error error = nonsense_error(spec, what);
  if (answer.status == 403) error.code = ErrorCode::kPermissionDenied;
  if (answer.status == 408 || answer.status == 429 || answer.status >= 500) error.code = ErrorCode::kUnavailable;
  if (answer.status >= 300 && answer.status < 400)
    error.message += "; redirects are not followed: register the final URL";
  return error;
}

Task<Result<OpenedLink>> open_link(HttpPlace place, Era era) {
  const SteadyTime deadline = place.worker.time.steady_now() + place.facts.init_timeout;
  if (era == Era::kModern) co_return co_await discover(place, deadline);
  if (era == Era::kLegacy) co_return co_await initialize(place, deadline);

  const SteadyTime probe_deadline = std::min(deadline, place.worker.time.steady_now() + kEraProbeTime);
  auto probed = co_await ask_discover(place, probe_deadline);
  if (!probed) {
    // A server that hangs or breaks off when it is asked what it does not know may still answer `initialize`.
    const Error& error = probed.error();
    const bool is_hopeless = error.code == ErrorCode::kCancelled || error.code == ErrorCode::kInvalidArgument ||
                             error.code == ErrorCode::kPermissionDenied ||
                             error.message.find("was refused") != std::string::npos;
    if (is_hopeless || place.worker.time.steady_now() >= deadline) co_return open_error(place, error);
  } else if (probed->refusal) {
    // Says nothing about the era.
    co_return refused(place, *probed);
  } else if (probed->response && era_of_discover_answer(*probed->response) == Era::kModern) {
    auto greeting = read_greeting(place.facts.spec, *probed->response, Era::kModern);
    if (!greeting) co_return greeting.error();
    co_return OpenedLink{modern_link(place), std::move(*greeting)};
  }
  co_return co_await initialize(place, deadline);
}

Task<Result<oauth::AccessTokenPtr>> usable_token(Worker& worker, oauth::TokenSource* tokens) {
  if (!tokens) co_return oauth::AccessTokenPtr();
  auto token = tokens->published().load();
  if (token->is_usable(worker.deadlines.coarse_now())) co_return token;
  co_return co_await tokens->renew(std::move(token), worker.executor);
}

Task<Result<OpenedLink>> open_link_with(oauth::TokenSource* tokens, HttpPlace place, Era era) {
  auto token = co_await usable_token(place.worker, tokens);
  if (!token) co_return token.error();
  place.token = *token;
  std::optional<Refusal> refusal;
  place.refusal = &refusal;
  auto opened = co_await open_link(place, era);
  if (!refusal || !place.token || place.token->token.empty()) co_return opened;
  if (refusal->missing_scopes) tokens->note_missing_scopes(place.token, *refusal->missing_scopes);
  if (refusal->status != 401) co_return opened;
  token = co_await tokens->renew(place.token, place.worker.executor);
  if (!token) co_return token.error();
  place.token = std::move(*token);
  co_return co_await open_link(place, era);
}

Task<Result<OpenedLink>> reopen_link(oauth::TokenSource* tokens, HttpPlace place, Era known) {
  auto opened = co_await open_link_with(tokens, place, known);
  const bool may_have_changed = known != Era::kUnknown && may_change_era(place.facts.spec);
  if (opened || !may_have_changed || opened.error().code != ErrorCode::kUpstreamRejected) co_return opened;
  co_return co_await open_link_with(tokens, place, Era::kUnknown);
}

Task<Era> probe_era(HttpPlace place) {
  auto probed = co_await ask_discover(place, place.worker.time.steady_now() + kEraProbeTime);
  if (!probed || is_no_era_evidence(probed->status)) co_return Era::kUnknown;
  if (probed->response) co_return era_of_discover_answer(*probed->response);
  // MCP 2026-07-28 basic/transports/streamable-http "Backward Compatibility": a refusal that is no JSON-RPC error.
  co_return is_client_error(probed->status) ? Era::kLegacy : Era::kUnknown;
}

Task<void> tell_log_level(Worker& worker, LinkUse use, std::atomic<std::uint64_t>& ids, mcp::LogLevel level) {
  const auto told = use.link->log_level.load();
  if (!use.link->takes_log_level || (told && *told <= level)) co_return;
  const std::string params = level_params(level);
  const HttpPost request{.endpoint = *use.endpoint,
                         .token = use.token.get(),
                         .fixed_headers = use.link->headers,
                         .headers = {},
                         .id = ids.fetch_add(1),
                         .method = "logging/setLevel",
                         .params = params,
                         .form = mcp::ResultForm::kLegacy,
                         .deadline = worker.time.steady_now() + kGoodbyeTimeout};
  NoListener nobody;
  auto answer = co_await post(worker, request, nobody);
  // A server that refuses is not asked again. If nothing was heard, the call will tell what is wrong.
  if (answer) use.link->log_level.store(level);
}

Task<void> run_say(Worker& worker, LinkUse use, std::string text) {
  const SteadyTime deadline = worker.time.steady_now() + kGoodbyeTimeout;
  auto told = co_await post_message(worker, *use.endpoint, use.token.get(), use.link->headers, text, deadline);
  (void)told.has_value();  // Who does not hear it need not be told twice.
}

void say(Worker& worker, LinkUse use, std::string text) {
  if (worker.background.size() < kGoodbyesMax)
    worker.background.spawn(run_say(worker, std::move(use), std::move(text)));
}

Task<void> run_close_session(Worker& worker, LinkUse use, std::uint64_t cancelled_id) {
  if (cancelled_id != 0) co_await run_say(worker, use, cancelled_text(cancelled_id, kGivenUp));
  if (use.link->session_id.empty()) co_return;
  const SteadyTime deadline = worker.time.steady_now() + kGoodbyeTimeout;
  const http::ClientRequest request{.url = use.endpoint->url(),
                                    .method = "DELETE",
                                    .fixed_headers = use.link->headers,
                                    .credential_lines = lines_of(use.token.get()),
                                    .headers = {},
                                    .body_pieces = {},
                                    .deadline = deadline,
                                    .ca_file = use.endpoint->ca_file()};
  auto sent = co_await worker.client.send(request);
  if (!sent) co_return;
  auto body = co_await sent->read_body(kErrorBodyBytesMax);
  (void)body.has_value();
}

}  // namespace jungle::upstream

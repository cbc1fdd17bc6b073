#include "upstream/http_link.h"

#include <algorithm>
#include <array>
#include <utility>

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

Task<Result<HttpAnswer>> ask_discover(HttpPlace place, SteadyTime deadline) {
  const std::string params = own_params(Era::kModern, {}, place.facts.client_info);
  const std::array<http::Header, 1> headers{http::Header{"Mcp-Method", "server/discover"}};
  const HttpPost request{.url = place.endpoint.url(),
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

Task<Result<OpenedLink>> discover(HttpPlace place, SteadyTime deadline) {
  auto answer = co_await ask_discover(place, deadline);
  if (!answer) co_return open_error(place, answer.error());
  if (!answer->response) co_return answer_error(place.facts.spec, answer->status, answer->instead);
  auto greeting = read_greeting(place.facts.spec, *answer->response, Era::kModern);
  if (!greeting) co_return greeting.error();
  co_return OpenedLink{modern_link(place), std::move(*greeting)};
}

Task<Result<OpenedLink>> initialize(HttpPlace place, SteadyTime deadline) {
  const catalog::ServerSpec& spec = place.facts.spec;
  const std::string params = initialize_params(place.facts.client_info);
  const HttpPost request{.url = place.endpoint.url(),
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
  if (!answer->response) {
    if (is_client_error(answer->status) && answer->status != 401 && answer->status != 403) {
      co_return init_error(spec, ErrorCode::kUpstreamRejected,
                           "server returned 4xx for initialize POST, likely a legacy SSE server, or not the URL of an "
                           "MCP server: " +
                               answer->instead);
    }
    co_return answer_error(spec, answer->status, answer->instead);
  }
  auto greeting = read_greeting(spec, *answer->response, Era::kLegacy);
  if (!greeting) co_return greeting.error();
  auto link = std::make_shared<HttpLink>();
  link->era = Era::kLegacy;
  link->session_id = std::move(answer->session_id);
  link->headers = place.endpoint.session_headers(greeting->revision, link->session_id);
  const std::string initialized = notification_text("notifications/initialized", "{}");
  auto told = co_await post_message(place.worker, place.endpoint.url(), link->headers, initialized, deadline);
  if (!told || *told >= 300) {
    place.worker.log.debug("a server did not take notifications/initialized",
                           {{"server", spec.name.str()}, {"status", told ? *told : 0}});
  }
  co_return OpenedLink{std::move(link), std::move(*greeting)};
}

}  // namespace

Error answer_error(const catalog::ServerSpec& spec, int status, const std::string& instead) {
  if (status == 401) {
    Error error = nonsense_error(spec, "it requires authorization (HTTP 401); set its bearer_token or headers");
    error.code = ErrorCode::kUnauthenticated;
    return error;
  }
  Error error = nonsense_error(
      spec, instead.empty() ? "it answered HTTP " + std::to_string(status) + " without a message" : instead);
  if (status == 403) error.code = ErrorCode::kPermissionDenied;
  if (status == 408 || status == 429 || status >= 500) error.code = ErrorCode::kUnavailable;
  if (status >= 300 && status < 400) error.message += "; redirects are not followed: register the final URL";
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
  } else if (probed->status == 401 || probed->status == 403) {
    // Says nothing about the era.
    co_return answer_error(place.facts.spec, probed->status, probed->instead);
  } else if (probed->response && era_of_discover_answer(*probed->response) == Era::kModern) {
    auto greeting = read_greeting(place.facts.spec, *probed->response, Era::kModern);
    if (!greeting) co_return greeting.error();
    co_return OpenedLink{modern_link(place), std::move(*greeting)};
  }
  co_return co_await initialize(place, deadline);
}

Task<Era> probe_era(HttpPlace place) {
  auto probed = co_await ask_discover(place, place.worker.time.steady_now() + kEraProbeTime);
  if (!probed || is_no_era_evidence(probed->status)) co_return Era::kUnknown;
  if (probed->response) co_return era_of_discover_answer(*probed->response);
  // MCP 2026-07-28 basic/transports/streamable-http "Backward Compatibility": a refusal that is no JSON-RPC error.
  co_return is_client_error(probed->status) ? Era::kLegacy : Era::kUnknown;
}

Task<void> run_say_cancelled(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint, HttpLinkPtr link,
                             std::uint64_t id) {
  const SteadyTime deadline = worker.time.steady_now() + kGoodbyeTimeout;
  const std::string text = cancelled_text(id, "the client cancelled the request");
  auto told = co_await post_message(worker, endpoint->url(), link->headers, text, deadline);
  (void)told.has_value();  // Who does not hear it need not be told twice.
}

Task<void> run_close_session(Worker& worker, std::shared_ptr<const HttpEndpoint> endpoint, HttpLinkPtr link,
                             std::uint64_t cancelled_id) {
  if (cancelled_id != 0) co_await run_say_cancelled(worker, endpoint, link, cancelled_id);
  if (link->session_id.empty()) co_return;
  const SteadyTime deadline = worker.time.steady_now() + kGoodbyeTimeout;
  const http::ClientRequest request{.url = endpoint->url(),
                                    .method = "DELETE",
                                    .fixed_headers = link->headers,
                                    .headers = {},
                                    .body_pieces = {},
                                    .deadline = deadline};
  auto sent = co_await worker.client.send(request);
  if (!sent) co_return;
  auto body = co_await sent->read_body(kErrorBodyBytesMax);
  (void)body.has_value();
}

}  // namespace jungle::upstream

#include "admin/admin_api.h"

#include <array>
#include <string_view>
#include <utility>

#include "admin/error_response.h"
#include "admin/router.h"
#include "base/text.h"

namespace jungle::admin {
namespace {

constexpr std::size_t kRequestIdBytes = 8;  // Enough to find one request in a day's log.

// A web page can make a browser send forms and plain text to any address without asking; it cannot send JSON so. So
// what changes something, or may, takes JSON or nothing. Origin was checked before.
bool is_json(std::string_view content_type) {
  return equals_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), "application/json");
}

RestAnswer not_found_page() { return {404, "404 page not found", kTextContentType}; }

RestAnswer without_slash(const RestRequest& request) {
  RestAnswer answer = empty_answer(request.method == "GET" ? 301 : 307);
  answer.location = request.path.substr(0, request.path.size() - 1);
  if (!request.query.empty()) answer.location.append("?").append(request.query);
  return answer;
}

}  // namespace

// What a client that is still there learns of a request that we ended.
RestAnswer AdminApi::ended_early(http::CancelReason reason) const {
  if (reason != http::CancelReason::kDeadline) return plain_error(503, "the gateway is shutting down");
  const std::string seconds = std::to_string(options_.request_time_max.count());
  return plain_error(504, "the request took longer than " + seconds + " seconds");
}

struct AdminApi::Route {
  RoutePattern pattern;
  Task<RestAnswer> (AdminApi::*answer)(const RestRequest&);
};

constexpr AdminApi::Route AdminApi::kRoutes[] = {
    {{"GET", "/health"}, &AdminApi::health},
    {{"GET", "/ready"}, &AdminApi::ready},
    {{"GET", "/metadata"}, &AdminApi::metadata},
    {{"POST", "/init"}, &AdminApi::init},
    {{"GET", "/oauth/client-metadata.json"}, &AdminApi::client_metadata},

    {{"GET", "/api/v0/servers"}, &AdminApi::list_servers},
    {{"POST", "/api/v0/servers"}, &AdminApi::register_server},
    {{"DELETE", "/api/v0/servers/:name"}, &AdminApi::remove_server},
    {{"POST", "/api/v0/servers/:name/enable"}, &AdminApi::enable_server},
    {{"POST", "/api/v0/servers/:name/disable"}, &AdminApi::disable_server},
    {{"POST", "/api/v0/servers/:name/refresh"}, &AdminApi::refresh_server},
    {{"POST", "/api/v0/servers/:name/authorize"}, &AdminApi::authorize_server},
    {{"POST", "/api/v0/upstream_oauth/sessions/:id/complete"}, &AdminApi::complete_authorization},
    {{"GET", "/api/v0/server_configs"}, &AdminApi::list_server_configs},

    {{"GET", "/api/v0/tools"}, &AdminApi::list_tools},
    {{"GET", "/api/v0/tool"}, &AdminApi::get_tool},
    {{"POST", "/api/v0/tools/invoke"}, &AdminApi::invoke_tool},
    {{"POST", "/api/v0/tools/enable"}, &AdminApi::enable_tools},
    {{"POST", "/api/v0/tools/disable"}, &AdminApi::disable_tools},

    {{"GET", "/api/v0/prompts"}, &AdminApi::list_prompts},
    {{"GET", "/api/v0/prompt"}, &AdminApi::get_prompt},
    {{"POST", "/api/v0/prompts/render"}, &AdminApi::render_prompt},
    {{"POST", "/api/v0/prompts/enable"}, &AdminApi::enable_prompts},
    {{"POST", "/api/v0/prompts/disable"}, &AdminApi::disable_prompts},

    {{"GET", "/api/v0/resources"}, &AdminApi::list_resources},
    {{"POST", "/api/v0/resources/get"}, &AdminApi::get_resource},
    {{"POST", "/api/v0/resources/read"}, &AdminApi::read_resource},

    {{"GET", "/api/v0/clients"}, &AdminApi::enterprise_only},
    {{"POST", "/api/v0/clients"}, &AdminApi::enterprise_only},
    {{"PUT", "/api/v0/clients/:name"}, &AdminApi::enterprise_only},
    {{"DELETE", "/api/v0/clients/:name"}, &AdminApi::enterprise_only},
    {{"GET", "/api/v0/users"}, &AdminApi::enterprise_only},
    {{"POST", "/api/v0/users"}, &AdminApi::enterprise_only},
    {{"GET", "/api/v0/users/whoami"}, &AdminApi::enterprise_only},
    {{"PUT", "/api/v0/users/:username"}, &AdminApi::enterprise_only},
    {{"DELETE", "/api/v0/users/:username"}, &AdminApi::enterprise_only},
};

AdminApi::AdminApi(ControlPlane& control, mcp::Service& gateway, Time& time, Random& random, telemetry::Log& log,
                   AdminOptions options)
    : control_(control),
      catalog_(control.published()),
      gateway_(gateway),
      time_(time),
      random_(random),
      log_(log),
      options_(std::move(options)) {}

Task<RestAnswer> AdminApi::answer(RestRequest request) {
  static constexpr auto kPatterns = [] {
    std::array<RoutePattern, std::size(kRoutes)> patterns;
    for (std::size_t i = 0; i < patterns.size(); ++i)
      patterns[i] = kRoutes[i].pattern;
    return patterns;
  }();
  RouteMatch match = match_route(kPatterns, request.method, request.path);
  if (match.kind == RouteMatch::Kind::kNone) co_return not_found_page();
  if (match.kind == RouteMatch::Kind::kSlash) co_return without_slash(request);
  if (request.method != "GET" && request.content_type && !is_json(*request.content_type)) {
    co_return plain_error(415, "Content-Type '" + shortened(*request.content_type, 100) +
                                   "' is not accepted: send JSON with Content-Type: application/json");
  }
  request.id = random_hex(random_, kRequestIdBytes);
  request.name = std::move(match.parameter);
  request.params = QueryParams(request.query);
  const Route& route = kRoutes[match.index];
  auto work = (this->*route.answer)(request);
  co_return co_await std::move(work);
}

Task<void> AdminApi::handle(http::Exchange& exchange) {
  exchange.set_deadline(time_.steady_now() + options_.request_time_max);
  RestRequest request;
  request.method = exchange.method();
  request.path = exchange.path();
  request.query = exchange.query();
  request.content_type = exchange.header("Content-Type");
  request.body = std::move(exchange.body());
  RestAnswer answer = co_await this->answer(std::move(request));

  const http::CancelReason reason = exchange.cancel_reason();
  if (reason == http::CancelReason::kHangUp) co_return;
  if (reason != http::CancelReason::kNone) co_await exchange.reset_cancellation();
  // An answer that was ready in spite of the cancellation is the truth.
  if (answer.status == status_of(ErrorCode::kCancelled)) answer = ended_early(reason);
  const std::array headers{http::Header{"Location", answer.location}};
  http::ResponseHead head;
  head.status = answer.status;
  head.content_type = answer.content_type;
  if (!answer.location.empty()) head.headers = headers;
  const std::array<std::string_view, 1> pieces{answer.body};
  if (auto sent = co_await exchange.respond(head, pieces); !sent) {
    log_.debug("answer not delivered", {{"error", sent.error().message}});
  }
}

RestAnswer AdminApi::failed(const RestRequest& request, const Error& error) {
  return error_answer(error, request.id, log_);
}

RestAnswer AdminApi::failed(const RestRequest& request, const Error& error, const std::string& context) {
  return error_answer(with_context(error, context), request.id, log_);
}

}  // namespace jungle::admin

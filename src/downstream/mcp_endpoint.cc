#include "downstream/mcp_endpoint.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "downstream/error_response.h"
#include "downstream/input_rounds.h"
#include "downstream/limits.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"
#include "mcp/url_elicitation.h"

namespace jungle::downstream {
namespace {

// `application/json`, with or without parameters.
bool is_json(std::optional<std::string_view> content_type) {
  if (!content_type) return false;
  return equals_ignoring_case(trimmed(content_type->substr(0, content_type->find(';'))), "application/json");
}

}  // namespace

McpEndpoint::McpEndpoint(Executor executor, telemetry::Log& log, mcp::Service& service, mcp::ResourceFeed& feed,
                         SessionTable& sessions, EndpointPeers& peers, EndpointOptions options)
    : executor_(executor),
      log_(log),
      service_(service),
      feed_(feed),
      sessions_(sessions),
      peers_(peers),
      options_(std::move(options)),
      background_(executor,
                  [this](std::exception_ptr) { log_.error("a background task of the MCP endpoint failed"); }) {
  peers_.join(executor_, *this);
}

McpEndpoint::~McpEndpoint() { peers_.leave(*this); }

Task<void> McpEndpoint::stop() {
  background_.cancel();
  co_await background_.join();
}

Task<void> McpEndpoint::handle(http::Exchange& exchange, std::string_view scope) {
  if (scope.empty()) scope = options_.scope;
  if (exchange.method() == "POST") return post(exchange, scope);
  if (exchange.method() == "GET") return open_stream(exchange, scope);
  if (exchange.method() == "DELETE") return end_session(exchange, scope);
  return refuse_method(exchange);
}

Task<void> McpEndpoint::refuse_method(http::Exchange& exchange) {
  const http::Header allow{"Allow", "POST, GET, DELETE"};
  const http::ResponseHead head{405, "application/json", std::span(&allow, 1)};
  const std::array<std::string_view, 1> body{R"({"error":"method not allowed: use POST, GET or DELETE"})"};
  const auto written = co_await exchange.respond(head, body);
  (void)written;  // Nothing is left to do for a client that is gone.
}

Task<void> McpEndpoint::refuse_content_type(http::Exchange& exchange) {
  const auto written =
      co_await exchange.respond(400, "text/plain; charset=utf-8", "Invalid content type: must be 'application/json'\n");
  (void)written;
}

Task<void> McpEndpoint::post(http::Exchange& exchange, std::string_view scope) {
  if (!is_json(exchange.header("content-type"))) return refuse_content_type(exchange);
  if (mcp::looks_like_batch(exchange.body())) return legacy_batch(exchange, scope);
  auto read = mcp::read_message(std::move(exchange.body()), mcp::ResultForm::kLegacy);
  if (auto* bad = std::get_if<mcp::BadMessage>(&read)) {
    return answer(exchange, 400, std::move(bad->id), mcp::Response::error(bad->code, bad->message));
  }
  mcp::Message& message = std::get<mcp::Message>(read);
  if (auto* request = std::get_if<mcp::Request>(&message)) {
    const bool modern = era_of(exchange, *request) == Era::kModern;
    return modern ? modern_request(exchange, scope, std::move(*request))
                  : legacy_request(exchange, scope, std::move(*request));
  }
  if (auto* notification = std::get_if<mcp::Notification>(&message)) {
    return legacy_notification(exchange, scope, std::move(*notification));
  }
  return legacy_response(exchange, scope, std::move(std::get<mcp::IncomingResponse>(message)));
}

Task<void> McpEndpoint::accept(http::Exchange& exchange) {
  const auto written = co_await exchange.respond(202, std::string_view(), std::string_view());
  (void)written;
}

// A response that needs no service: an error, or the empty result of a legacy client.
Task<void> McpEndpoint::answer(http::Exchange& exchange, int status, std::string id, mcp::Response response) {
  const std::array<std::string_view, 5> pieces{R"({"jsonrpc":"2.0","id":)", id.empty() ? std::string_view("null") : id,
                                               response.is_error() ? ",\"error\":" : ",\"result\":", response.payload(),
                                               "}\n"};
  const http::ResponseHead head{status, "application/json", {}};
  const auto written = co_await exchange.respond(head, pieces);
  (void)written;
}

mcp::CallContext McpEndpoint::make_call(http::Exchange& exchange, std::string_view scope) {
  mcp::CallContext call;
  call.deadline = exchange.deadlines().coarse_now() + kCallTimeMax;
  call.principal = mcp::PrincipalId(kAnonymous);
  call.request_id = std::to_string(next_request_++);
  call.scope = scope;
  call.client_headers = exchange.headers();
  exchange.set_deadline(call.deadline);
  return call;
}

// Modern clients give input by repeating their request; legacy ones are asked while it runs.
Task<Result<mcp::Response>> McpEndpoint::answer_of(DeadlineList& deadlines, const Session& session,
                                                   const mcp::CallContext& call, mcp::EventSink& events,
                                                   mcp::Request request) {
  if (session && changes_subscriptions(request.method)) return change_subscription(session, std::move(request), call);
  const bool can_be_asked = events.can_ask() && call.client_capabilities.any();
  if (!can_be_asked || !mcp::takes_input(request.method)) return service_.handle(std::move(request), call, events);
  InputPlace place{service_, call, events, deadlines, executor_};
  return call_in_rounds(place, std::move(request));
}

// The call itself, for both eras: everything a client sees of failures is decided here.
Task<void> McpEndpoint::run_call(http::Exchange& exchange, Caller caller, mcp::Request request) {
  const std::string id = request.id;
  const mcp::Method method = request.method;
  mcp::CallContext& call = caller.context;
  if (caller.param_headers) call.param_headers = &*caller.param_headers;
  ResponseWriter writer(exchange, background_, executor_, id, request.method, caller.form);
  RunningCall running;
  running.session = caller.session.get();
  running.id = id;
  running.cancel = [&exchange] { exchange.cancel(http::CancelReason::kRequested); };
  running_.push_back(running);
  exchange.set_shutdown(http::Shutdown::kFinish);  // Also when its answer has become a stream.
  auto answer = co_await answer_of(exchange.deadlines(), caller.session, call, writer, std::move(request));
  const auto reason = exchange.cancel_reason();
  if (reason != http::CancelReason::kNone) {
    co_await exchange.reset_cancellation();
    if (reason == http::CancelReason::kRequested || reason == http::CancelReason::kHangUp) {
      co_return co_await writer.abandon();
    }
    if (!answer && reason == http::CancelReason::kShutdown)
      answer = Error{ErrorCode::kUnavailable, "the gateway is shutting down", {}};
    if (!answer && reason == http::CancelReason::kDeadline) answer = call_time_error();
  }
  if (!answer) {
    log_.debug("call failed", {{"method", mcp::text_of(method)},
                               {"request", call.request_id},
                               {"reason", answer.error().message},
                               {"detail", answer.error().detail}});
  }
  const bool unknown_endpoint = !answer && answer.error().code == ErrorCode::kNotFound;
  mcp::Response response = answer ? std::move(*answer) : error_response(answer.error(), call.request_id);
  if (response.is_error() && mcp::is_modern(call.revision))
    response = mcp::url_elicitation_for_modern(std::move(response), method, call.client_capabilities);
  const int status = unknown_endpoint ? 404 : status_of(response, call.revision);
  co_await writer.finish(std::move(response), status);
}

}  // namespace jungle::downstream

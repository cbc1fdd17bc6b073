// What clients of HTTP+SSE post (MCP 2024-11-05 basic/transports).
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/header_field.h"
#include "base/without_throwing.h"
#include "downstream/error_response.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/sse_sink.h"
#include "mcp/error_code.h"

namespace jungle::downstream {
namespace {

std::string session_id_of(std::string_view query) {
  constexpr std::string_view kName = "sessionId=";
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    if (field.starts_with(kName)) return std::string(field.substr(kName.size()));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
  }
  return {};
}

// A response without the line break that ends one elsewhere: an event is one line.
std::string line_of(std::string_view id, mcp::Method method, mcp::Response response, mcp::Revision revision) {
  std::string text = response_text(id, method, std::move(response), revision, {});
  text.pop_back();
  return text;
}

// Why a call ends before its answer, and what wakes it then.
struct Stop {
  explicit Stop(Executor executor) : signal(executor) {}
  void because(ErrorCode code) {
    if (!why) why = code;
    signal.notify_all();
  }
  std::optional<ErrorCode> why;  // kCancelled or kDeadlineExceeded.
  Signal signal;
};

Task<Result<void>> until(Stop& stop) {
  while (!stop.why) {
    const bool woken = co_await stop.signal.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

// Counts a request while it is worked on.
class InProgress {
 public:
  explicit InProgress(std::shared_ptr<SseSession> sse) : sse_(std::move(sse)) { ++sse_->requests; }
  InProgress(const InProgress&) = delete;
  InProgress& operator=(const InProgress&) = delete;
  ~InProgress() { --sse_->requests; }

 private:
  std::shared_ptr<SseSession> sse_;
};

}  // namespace

// What a request needs of the exchange that brought it, which is over when it runs. Counts among the session's.
struct McpEndpoint::SseOrigin {
  SseOrigin(http::Exchange& exchange, std::shared_ptr<SseSession> sse)
      : deadlines(exchange.deadlines()), in_progress(std::make_unique<InProgress>(std::move(sse))) {
    for (const http::Header& header : exchange.headers())
      texts.emplace_back(header.name, header.value);
  }
  DeadlineList& deadlines;
  std::unique_ptr<InProgress> in_progress;
  std::vector<std::pair<std::string, std::string>> texts;  // The header fields.
};

Task<void> McpEndpoint::handle_message(http::Exchange& exchange) {
  const auto refuse = [&](int code, std::string_view message) {
    return answer(exchange, 400, std::string(), mcp::Response::error(code, message));
  };
  if (exchange.method() != "POST") return refuse(mcp::kInvalidRequest, "Method not allowed");
  const std::string id = session_id_of(exchange.query());
  if (id.empty()) return refuse(mcp::kInvalidParams, "Missing sessionId");
  const auto sse = sessions_.find_sse(id);
  if (!sse || sse->ended()) return refuse(mcp::kInvalidParams, "Invalid session ID");
  auto read = mcp::read_message(std::move(exchange.body()), mcp::ResultForm::kLegacy);
  if (std::holds_alternative<mcp::BadMessage>(read)) return refuse(mcp::kParseError, "Parse error");
  mcp::Message& message = std::get<mcp::Message>(read);
  const Session client = sse->client();
  if (auto* request = std::get_if<mcp::Request>(&message)) {
    if (sse->requests >= kSseRequestsMax)
      return refuse(mcp::kInternalError, "too many requests of this session at once");
    background_.spawn(run_sse_request(sse, std::move(*request), SseOrigin(exchange, sse)));
  } else if (auto* notification = std::get_if<mcp::Notification>(&message)) {
    if (client && notification->method == "notifications/cancelled") tell_cancelled(client, notification->params);
  } else if (client) {
    tell_answered(client, std::move(std::get<mcp::IncomingResponse>(message)));
  }
  return accept(exchange);
}

// In the background: the exchange that brought the request has been answered.
Task<void> McpEndpoint::run_sse_request(std::shared_ptr<SseSession> sse, mcp::Request request, SseOrigin origin) {
  const std::string id = request.id;
  const mcp::Method method = request.method;
  const Session client = sse->client();
  std::optional<mcp::Response> response;
  mcp::Revision revision = client ? client->revision : mcp::kNewestLegacy;
  if (method == mcp::Method::kInitialize) {
    response = co_await initialize_sse(*sse, std::move(request), origin);
  } else if (client) {
    response = answer_by_session(*client, request);
    if (!response) response = co_await answer_sse(*sse, client, std::move(request), origin);
  } else {
    response = mcp::Response::error(mcp::kInvalidRequest, "send an initialize request first");
  }
  if (response) push_to(*sse, peers_, line_of(id, method, std::move(*response), revision));
}

Task<mcp::Response> McpEndpoint::initialize_sse(SseSession& sse, mcp::Request request, SseOrigin& origin) {
  const Session client = new_session(options_.sse_scope, request);
  mcp::CallContext call = new_call(*client, origin.deadlines.coarse_now() + kCallTimeMax);
  auto result = co_await initialize_result(call, client, options_.sse_server_info);
  if (!result) co_return error_response(result.error(), call.request_id);
  if (!sse.set_client(client)) co_return mcp::Response::error(mcp::kInvalidRequest, "this session is initialized");
  co_return std::move(*result);
}

// Nothing if the client needs no answer: it cancelled the request, or is gone.
Task<std::optional<mcp::Response>> McpEndpoint::answer_sse(SseSession& sse, Session client, mcp::Request request,
                                                           SseOrigin& origin) {
  using namespace asio::experimental::awaitable_operators;
  mcp::CallContext call = new_call(*client, origin.deadlines.coarse_now() + kCallTimeMax);
  std::vector<HeaderField> headers;
  for (const auto& [name, value] : origin.texts)
    headers.push_back(HeaderField{name, value});
  call.client_headers = headers;
  SseSink sink(sse, *client, peers_, questions_, origin.deadlines);
  Stop stop(executor_);
  DeadlineList::Entry expiry([&stop] { stop.because(ErrorCode::kDeadlineExceeded); });
  origin.deadlines.arm(expiry, call.deadline);
  const std::string id = request.id;
  RunningCall running;
  running.session = client.get();
  running.id = id;
  running.cancel = [&stop] { stop.because(ErrorCode::kCancelled); };
  running_.push_back(running);
  if (client->ended) co_return std::nullopt;
  auto answering = without_throwing(answer_of(origin.deadlines, client, call, sink, std::move(request)));
  auto stopping = without_throwing(until(stop));
  auto first = co_await (std::move(answering) || std::move(stopping));
  sink.withdraw_questions();
  if (stop.why == ErrorCode::kCancelled) co_return std::nullopt;
  if (first.index() == 1) co_return error_response(call_time_error(), call.request_id);
  auto& answer = std::get<0>(first);
  co_return answer ? std::move(*answer) : error_response(answer.error(), call.request_id);
}

}  // namespace jungle::downstream

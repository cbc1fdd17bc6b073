#include <utility>

#include "base/text.h"
#include "downstream/error_response.h"
#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/meta_keys.h"

namespace jungle::downstream {
namespace {

// MCP 2025-11-25 basic/lifecycle "Version Negotiation": the client's revision if we speak it, else our newest. A client
// that names none is older than the rule.
mcp::Revision negotiate(const std::optional<std::string>& asked) {
  if (!asked) return mcp::Revision::k2025_03_26;
  const auto revision = mcp::parse_revision(*asked);
  return revision && !mcp::is_modern(*revision) ? *revision : mcp::kNewestLegacy;
}

// The error of a header that names a revision which is not the session's, if it names one we do not speak.
std::optional<mcp::Response> check_version_header(const http::Exchange& exchange) {
  const auto header = exchange.header("mcp-protocol-version");
  if (!header) return std::nullopt;
  const auto revision = mcp::parse_revision(trimmed(*header));
  if (revision && !mcp::is_modern(*revision)) return std::nullopt;
  return unsupported_version(trimmed(*header));
}

}  // namespace

Task<void> McpEndpoint::legacy_request(http::Exchange& exchange, std::string_view scope, mcp::Request request) {
  if (auto bad = check_version_header(exchange)) return answer(exchange, 400, request.id, std::move(*bad));
  if (request.method == mcp::Method::kInitialize) return initialize(exchange, scope, std::move(request));
  auto session = session_of(exchange, scope);
  if (!session) return refuse_session(exchange, request.id, session.error());
  if (auto known = answer_by_session(**session, request)) return answer(exchange, 200, request.id, std::move(*known));
  return legacy_call(exchange, std::move(*session), std::move(request));
}

mcp::CallContext McpEndpoint::new_call(const ClientSession& session, SteadyTime deadline) {
  mcp::CallContext call;
  call.deadline = deadline;
  call.principal = session.principal;
  call.request_id = std::to_string(next_request_++);
  call.scope = session.scope;
  call.revision = session.revision;
  call.client_capabilities = session.capabilities;
  call.client_info = session.client_info;
  call.log_level = session.log_level.load();
  return call;
}

mcp::CallContext McpEndpoint::session_call(http::Exchange& exchange, const Session& session) {
  mcp::CallContext call = new_call(*session, exchange.deadlines().coarse_now() + kCallTimeMax);
  call.client_headers = exchange.headers();
  exchange.set_deadline(call.deadline);
  return call;
}

Task<void> McpEndpoint::legacy_call(http::Exchange& exchange, Session session, mcp::Request request) {
  Caller caller{session_call(exchange, session), {}, session, {}};
  caller.form.revision = session->revision;
  caller.form.accepts_stream = accepts_stream(exchange);
  caller.form.session = session.get();
  caller.form.peers = &peers_;
  caller.form.questions = &questions_;
  if (!caller.form.accepts_stream) caller.context.client_capabilities = {};  // It could not be asked.
  // Losing the connection is not cancelling (MCP 2025-11-25 basic/transports): the call goes on, and a client that got
  // an event id may fetch the rest.
  exchange.set_hang_up(http::HangUp::kIgnore);
  return run_call(exchange, std::move(caller), std::move(request));
}

McpEndpoint::Session McpEndpoint::new_session(std::string_view scope, const mcp::Request& request) {
  auto session = std::make_shared<ClientSession>();
  session->scope = scope;
  session->principal = mcp::PrincipalId(kAnonymous);
  session->revision = negotiate(request.params.find_string("protocolVersion"));
  session->capabilities =
      mcp::ClientCapabilities::read(request.params.find("capabilities").value_or("{}"), session->revision);
  session->client_info = request.params.find("clientInfo").value_or("");
  return session;
}

Task<void> McpEndpoint::initialize(http::Exchange& exchange, std::string_view scope, mcp::Request request) {
  const Session session = new_session(scope, request);
  const mcp::CallContext call = session_call(exchange, session);
  auto result = co_await initialize_result(call, session, std::string_view());
  ClientForm form;
  form.revision = session->revision;
  form.accepts_stream = false;
  if (result) {
    sessions_.add(session, exchange.deadlines().coarse_now());
    form.session_id = session->id;
  }
  const int status = !result && result.error().code == ErrorCode::kNotFound ? 404 : 200;
  mcp::Response response = result ? std::move(*result) : error_response(result.error(), call.request_id);
  ResponseWriter writer(exchange, background_, executor_, request.id, request.method, form);
  co_await writer.finish(std::move(response), status);
}

// What the service says of itself.
Task<Result<mcp::Response>> McpEndpoint::discover(const mcp::CallContext& call) {
  mcp::Request request;
  request.method = mcp::Method::kServerDiscover;
  request.method_name = mcp::text_of(request.method);
  mcp::NoEvents nobody;
  co_return co_await service_.handle(std::move(request), call, nobody);
}

// Our InitializeResult, made of that. `server_info` is raw JSON, or empty: what the service says.
Task<Result<mcp::Response>> McpEndpoint::initialize_result(const mcp::CallContext& call, const Session& session,
                                                           std::string_view server_info) {
  auto discovered = co_await discover(call);
  if (!discovered) co_return discovered.error();
  const std::string_view text = discovered->payload();
  const auto members = mcp::read_members(text);
  if (!members || discovered->is_error()) co_return std::move(*discovered);
  mcp::JsonObject result;
  result.add("protocolVersion", mcp::json_string(mcp::text_of(session->revision)));
  if (const auto* capabilities = members->find(text, "capabilities"))
    result.add("capabilities", capabilities->value.of(text));
  if (!server_info.empty()) {
    result.add("serverInfo", server_info);
  } else if (const auto* meta = members->find(text, "_meta")) {
    const auto of_meta = mcp::read_members(text, meta->value);
    const auto* info = of_meta ? of_meta->find(text, mcp::kServerInfoMeta) : nullptr;
    if (info != nullptr) result.add("serverInfo", info->value.of(text));
  }
  if (const auto* instructions = members->find(text, "instructions")) {
    result.add("instructions", instructions->value.of(text));
  }
  co_return mcp::Response::result(result.text(), mcp::ResultForm::kLegacy);
}

Task<void> McpEndpoint::legacy_notification(http::Exchange& exchange, std::string_view scope,
                                            mcp::Notification notification) {
  if (!has_modern_header(exchange)) {
    const auto session = session_of(exchange, scope);
    if (!session) return refuse_session(exchange, {}, session.error());
    if (notification.method == "notifications/cancelled") tell_cancelled(*session, notification.params);
  }
  return accept(exchange);
}

// The call may run on any worker.
void McpEndpoint::tell_cancelled(const Session& session, const std::string& params) {
  const auto members = mcp::read_members(params);
  const auto* id = members ? members->find(params, "requestId") : nullptr;
  if (id == nullptr) return;
  const std::string raw(id->value.of(params));
  peers_.tell_all([session, raw](McpEndpoint& peer) { peer.cancel_call(*session, raw); });
}

// The client answers a request of a server.
Task<void> McpEndpoint::legacy_response(http::Exchange& exchange, std::string_view scope,
                                        mcp::IncomingResponse response) {
  const auto session = session_of(exchange, scope);
  if (!session) return refuse_session(exchange, {}, session.error());
  tell_answered(*session, std::move(response));
  return accept(exchange);
}

// The call that the question belongs to may run on any worker.
void McpEndpoint::tell_answered(const Session& session, mcp::IncomingResponse incoming) {
  const auto id = mcp::own_number(incoming.id);
  if (!id) return;
  const auto response = std::make_shared<const mcp::Response>(std::move(incoming.response));
  peers_.tell_all(
      [session, id = *id, response](McpEndpoint& peer) { peer.questions_.answer(*session, id, *response); });
}

// MCP 2025-11-25 server/resources "Subscriptions".
Task<Result<mcp::Response>> McpEndpoint::change_subscription(Session session, mcp::Request request,
                                                             const mcp::CallContext& call) {
  const auto uri = request.params.find_string("uri");
  if (!uri) co_return mcp::Response::error(mcp::kInvalidParams, request.method_name + " needs params.uri, a string");
  if (request.method == mcp::Method::kResourcesUnsubscribe) {
    session->watched.remove(*uri);
  } else if (!session->watched.contains(*uri)) {
    if (!session->watched.has_room_for(*uri)) co_return too_many_watches();  // Before the server is asked.
    auto watch = co_await feed_.watch(*uri, call);
    if (!watch && watch.error().code == ErrorCode::kNotFound) {
      mcp::JsonObject data;
      data.add("uri", mcp::json_string(*uri));
      co_return mcp::Response::error(mcp::kInvalidParams, watch.error().message, data.text());
    }
    if (!watch) co_return watch.error();
    auto added = session->watched.add(*uri, std::move(*watch));
    if (!added) co_return added.error();
  }
  co_return mcp::Response::result("{}", mcp::ResultForm::kLegacy);
}

// JSON-RPC batching: only 2025-03-26 has it. Requests run one after the other; the answers are one array.
Task<void> McpEndpoint::legacy_batch(http::Exchange& exchange, std::string_view scope) {
  auto split = mcp::split_batch(exchange.body());
  if (const auto* bad = std::get_if<mcp::BadMessage>(&split)) {
    auto error = mcp::Response::error(bad->code, bad->message);
    co_return co_await answer(exchange, 400, std::string(), std::move(error));
  }
  const auto session = session_of(exchange, scope);
  if (!session || (*session)->revision != mcp::Revision::k2025_03_26) {
    auto error = mcp::Response::error(mcp::kInvalidRequest, "batches belong to sessions of revision 2025-03-26");
    co_return co_await answer(exchange, 400, std::string(), std::move(error));
  }
  exchange.set_hang_up(http::HangUp::kIgnore);
  mcp::CallContext call = session_call(exchange, *session);
  call.client_capabilities = {};  // One array of answers has no room for questions.
  std::string answers;
  for (std::string& text : std::get<std::vector<std::string>>(split)) {
    const std::string answer = co_await batch_item(std::move(text), *session, call);
    if (answer.empty()) continue;
    answers.append(answers.empty() ? "[" : ",").append(answer);
  }
  if (answers.empty()) co_return co_await accept(exchange);
  answers += "]\n";
  const auto written = co_await exchange.respond(200, "application/json", answers);
  (void)written;
}

// The answer of one message of a batch; empty for what needs none.
Task<std::string> McpEndpoint::batch_item(std::string text, const Session& session, const mcp::CallContext& call) {
  const auto answer_to = [](std::string_view id, mcp::Method method, mcp::Response response) {
    std::string line = response_text(id, method, std::move(response), mcp::Revision::k2025_03_26, {});
    line.pop_back();
    return line;
  };
  auto read = mcp::read_message(std::move(text), mcp::ResultForm::kLegacy);
  if (const auto* bad = std::get_if<mcp::BadMessage>(&read)) {
    co_return answer_to(bad->id, mcp::Method::kOther, mcp::Response::error(bad->code, bad->message));
  }
  mcp::Message& message = std::get<mcp::Message>(read);
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    if (notification->method == "notifications/cancelled") tell_cancelled(session, notification->params);
    co_return std::string();
  }
  if (auto* response = std::get_if<mcp::IncomingResponse>(&message)) {
    tell_answered(session, std::move(*response));
    co_return std::string();
  }
  auto* request = std::get_if<mcp::Request>(&message);
  const std::string id = request->id;
  const mcp::Method method = request->method;
  if (method == mcp::Method::kInitialize) {
    co_return answer_to(id, method, mcp::Response::error(mcp::kInvalidRequest, "initialize must not be in a batch"));
  }
  if (auto known = answer_by_session(*session, *request)) co_return answer_to(id, method, std::move(*known));
  mcp::NoEvents nobody;
  auto answering = changes_subscriptions(method) ? change_subscription(session, std::move(*request), call)
                                                 : service_.handle(std::move(*request), call, nobody);
  auto answer = co_await std::move(answering);
  mcp::Response response = answer ? std::move(*answer) : error_response(answer.error(), call.request_id);
  co_return answer_to(id, method, std::move(response));
}

}  // namespace jungle::downstream

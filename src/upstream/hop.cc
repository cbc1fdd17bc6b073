#include "upstream/hop.h"

#include <utility>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "mcp/meta_keys.h"
#include "mcp/tasks.h"

namespace jungle::upstream {
namespace {

constexpr std::string_view kOurVersion = "\"2026-07-28\"";

// MCP 2026-07-28 server/utilities/logging: no `message` for a request that names no level. A legacy client that set
// none leaves the choice to the server.
bool may_see_log(const mcp::Notification& message, const mcp::CallContext& call) {
  if (!call.log_level) return !mcp::is_modern(call.revision);
  const auto params = mcp::read_params(message.params);
  if (!params) return false;
  const auto level = mcp::parse_log_level(params->find_string("level").value_or("info"));
  return !level || *level >= *call.log_level;
}

// A server needs what the client did not declare. If it could have, it is told so; otherwise nobody can help.
mcp::Response missing_capability(mcp::Response error, mcp::Method method, const mcp::CallContext& call,
                                 const std::string& name) {
  const auto members = mcp::read_params(std::string(error.payload()));
  const auto data = members ? mcp::read_params(std::string(members->find("data").value_or("{}"))) : members;
  const std::string required(data ? data->find("requiredCapabilities").value_or("{}") : "{}");
  const auto known = mcp::ClientCapabilities::read(required, mcp::kNewestModern);
  const bool is_declared =
      (known.bits() & ~call.client_capabilities.bits()) == 0 && (call.takes_tasks || !mcp::declares_tasks(required));
  if (mcp::is_modern(call.revision) && !is_declared) return error;
  const std::string message =
      name + (is_declared ? " needs a client capability that the gateway does not relay"
                          : " needs a client capability that this client did not declare: " + required);
  if (mcp::is_modern(call.revision) || method != mcp::Method::kToolsCall)
    return mcp::Response::error(mcp::kInternalError, message, error.payload());
  return mcp::Response::tool_failure(message);
}

}  // namespace

std::string client_info(std::string_view version) {
  std::string text = R"({"name":"mcpjungle","version":)";
  mcp::append_json_string(text, version);
  return text + "}";
}

std::string initialize_params(std::string_view client_info, mcp::ClientCapabilities capabilities) {
  std::string text = R"({"protocolVersion":")";
  text.append(mcp::text_of(mcp::kNewestLegacy)).append(R"(","capabilities":)").append(capabilities.json());
  text.append(R"(,"clientInfo":)").append(client_info).append("}");
  return text;
}

std::string declared_capabilities(mcp::ClientCapabilities capabilities, bool takes_tasks) {
  std::string text = capabilities.json();
  if (!takes_tasks) return text;
  text.pop_back();
  text.append(text == "{" ? "" : ",").append(R"("extensions":{")");
  text.append(mcp::kTasksExtension).append(R"(":{}}})");
  return text;
}

std::string own_params(Era era, std::string_view members, std::string_view client_info, std::string_view capabilities) {
  std::string text = "{";
  text.append(members);
  if (era != Era::kModern) return text + "}";
  if (!members.empty()) text += ',';
  text.append(R"("_meta":{")").append(mcp::kProtocolVersionMeta).append("\":").append(kOurVersion).append(",\"");
  text.append(mcp::kClientCapabilitiesMeta).append("\":").append(capabilities).append(",\"");
  text.append(mcp::kClientInfoMeta).append("\":").append(client_info);
  return text + "}}";
}

std::string hop_params(Era era, const mcp::Request& request, const mcp::CallContext& call, std::string_view own_token,
                       std::string_view client_info) {
  const bool wants_progress = progress_token_of(request).has_value();
  if (era != Era::kModern && !request.params.has("_meta")) return request.params.render({});
  mcp::Params::Changes changes;
  if (era != Era::kModern && mcp::is_modern(call.revision)) {
    for (const std::string_view key : {"inputResponses", "requestState"}) {
      if (request.params.has(key)) changes.members.push_back({key, {}});  // No legacy server knows them.
    }
  }
  changes.drop_protocol_meta = true;
  constexpr std::size_t kMetaChanges = 5;
  changes.meta.reserve(kMetaChanges);
  if (wants_progress) changes.meta.push_back({"progressToken", own_token});
  std::string level;
  std::string capabilities;
  if (era == Era::kModern) {
    changes.meta.push_back({mcp::kProtocolVersionMeta, kOurVersion});
    capabilities = declared_capabilities(call.client_capabilities, call.takes_tasks);
    changes.meta.push_back({mcp::kClientCapabilitiesMeta, capabilities});
    changes.meta.push_back({mcp::kClientInfoMeta, client_info});
    if (call.log_level) {
      level = mcp::json_string(mcp::text_of(*call.log_level));
      changes.meta.push_back({mcp::kLogLevelMeta, level});
    }
  }
  return request.params.render(changes);
}

std::string request_text(std::uint64_t id, std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + std::to_string(id);
  text.reserve(text.size() + method.size() + params.size() + 32);
  text.append(",\"method\":");
  mcp::append_json_string(text, method);
  text.append(",\"params\":").append(params).append("}");
  return text;
}

std::string uri_params(std::string_view uri) { return "{\"uri\":" + mcp::json_string(uri) + "}"; }

std::string notification_text(std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","method":)";
  mcp::append_json_string(text, method);
  text.append(",\"params\":").append(params).append("}");
  return text;
}

std::string level_params(mcp::LogLevel level) { return R"({"level":")" + std::string(mcp::text_of(level)) + "\"}"; }

std::string cancelled_text(std::uint64_t id, std::string_view reason) {
  std::string params = "{\"requestId\":" + std::to_string(id) + ",\"reason\":";
  mcp::append_json_string(params, reason);
  return notification_text("notifications/cancelled", params + "}");
}

mcp::InputRequest question_of(const mcp::Request& request) {
  mcp::InputRequest question{request.method_name, {}, request.id};
  if (!request.params.present()) return question;
  std::string params(request.params.received_text());
  if (const auto members = mcp::read_members(params)) {
    mcp::Splice splice;
    splice.remove_members(*members, [&](const mcp::Member& member) {
      const std::string_view key = member.key.of(params);
      return key == "_meta" || key == "task";
    });
    if (!splice.empty()) params = splice.apply(params);
  }
  question.params = std::move(params);
  return question;
}

Task<std::optional<std::string>> relay_to_client(mcp::Request request, const mcp::CallContext& call,
                                                 mcp::EventSink& events, std::function<void(std::string)> answer) {
  mcp::InputRequest question = question_of(request);
  if (!events.can_ask() || !call.client_capabilities.allow(question)) co_return answer_to_server(request);
  mcp::EventSink::OnAnswer on_answer = [answer = std::move(answer), id = request.id](const mcp::Response& response) {
    answer(response_text(id, response));
  };
  auto asked = co_await events.ask(std::move(question), std::move(on_answer));
  if (asked) co_return std::nullopt;
  co_return refusal_text(request.id, asked.error());
}

std::optional<std::string> withdrawn_request(const mcp::Notification& from_server) {
  if (from_server.method != "notifications/cancelled") return std::nullopt;
  const auto params = mcp::read_params(from_server.params);
  if (!params) return std::nullopt;
  const auto id = params->find("requestId");
  return id ? std::optional<std::string>(*id) : std::nullopt;
}

std::string response_text(std::string_view id, const mcp::Response& response) {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.reserve(text.size() + id.size() + response.payload().size() + 16);
  text.append(id).append(response.is_error() ? ",\"error\":" : ",\"result\":").append(response.payload()).append("}");
  return text;
}

std::string refusal_text(std::string_view id, const Error& error) {
  return response_text(id, mcp::Response::error(mcp::kInternalError, "the client was not asked: " + error.message));
}

std::string answer_to_server(const mcp::Request& request) {
  if (request.method == mcp::Method::kPing)
    return response_text(request.id, mcp::Response::result("{}", mcp::ResultForm::kLegacy));
  return response_text(request.id, mcp::Response::error(mcp::kMethodNotFound, "the client of this call did not offer " +
                                                                                  request.method_name));
}

std::string answer_without_client(const mcp::Request& request) {
  if (request.method == mcp::Method::kPing) return answer_to_server(request);
  const Error nobody{ErrorCode::kUnavailable, "no call is in flight here that the request could be for", {}};
  return refusal_text(request.id, nobody);
}

std::optional<std::string_view> progress_token_of(const mcp::Request& request) {
  return request.params.find_meta("progressToken");
}

std::optional<std::uint64_t> own_token_of(const mcp::Notification& progress) {
  const auto params = mcp::read_params(progress.params);
  if (!params) return std::nullopt;
  const auto raw = params->find("progressToken");
  if (!raw) return std::nullopt;
  return mcp::own_number(*raw);
}

std::optional<mcp::Notification> event_for_client(const mcp::Notification& from_server,
                                                  std::optional<std::string_view> client_token,
                                                  std::string_view own_token, const mcp::CallContext& call) {
  if (from_server.method == "notifications/message") {
    if (!may_see_log(from_server, call)) return std::nullopt;
    return from_server;
  }
  if (from_server.method == "notifications/elicitation/complete" && !mcp::is_modern(call.revision)) return from_server;
  if (from_server.method != "notifications/progress" || !client_token) return std::nullopt;
  const auto params = mcp::read_params(from_server.params);
  if (!params || params->find("progressToken") != own_token) return std::nullopt;
  mcp::Params::Changes changes;
  changes.members.push_back({"progressToken", *client_token});
  return mcp::Notification{from_server.method, params->render(changes)};
}

mcp::Response without_hop_matters(mcp::Response response, mcp::Method method, const mcp::CallContext& call,
                                  std::string_view server) {
  const std::string name = "server '" + std::string(server) + "'";
  if (!response.is_error()) {
    const auto type = mcp::result_type_of(response);
    if (!type) return mcp::Response::result(std::string(response.payload()), mcp::ResultForm::kLegacy);
    if (*type == "complete") return response;
    if (*type == "task" && method == mcp::Method::kToolsCall) {
      if (call.takes_tasks) return response;
      return mcp::Response::error(mcp::kInternalError, name + " made a task for a client that takes none");
    }
    if (*type != "input_required") {
      return mcp::Response::error(mcp::kInternalError,
                                  name + " answered with a result of unknown type '" + *type + "'");
    }
    if (!mcp::takes_input(method)) {
      return mcp::Response::error(mcp::kInternalError, name + " asked for input where a request has no room for it");
    }
    if (mcp::is_modern(call.revision) || call.client_capabilities.any()) return response;
    return mcp::Response::error(mcp::kInternalError, name + " asked for input from a client that offered none");
  }
  const int code = error_code_of(response);
  switch (code) {
    case mcp::kHeaderMismatch:
      return mcp::Response::error(mcp::kInternalError,
                                  name +
                                      " refused the HTTP headers of the call: they do not mirror its body as the "
                                      "server wants it, and its list of tools does not say how",
                                  response.payload());
    case mcp::kMissingClientCapability:
      return missing_capability(std::move(response), method, call, name);
    case mcp::kUnsupportedProtocolVersion:
      return mcp::Response::error(mcp::kInternalError, name + " speaks no protocol revision that the gateway speaks",
                                  response.payload());
    default:
      return response;
  }
}

}  // namespace jungle::upstream

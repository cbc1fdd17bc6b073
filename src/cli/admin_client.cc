#include "cli/admin_client.h"

#include <span>

#include "admin_api/answers.h"
#include "admin_api/json.h"
#include "base/percent_encoding.h"
#include "base/redactor.h"
#include "base/text.h"

namespace jungle::cli {
namespace {

constexpr std::string_view kApi = "/api/v0";

std::string encoded(std::string_view text) { return percent_encoded(text, HexCase::kLower); }

std::string list_path(std::string_view what, std::string_view server) {
  std::string path = std::string(kApi) + "/" + std::string(what);
  if (!server.empty()) path += "?server=" + encoded(server);
  return path;
}

std::string switch_path(std::string_view what, Switch state, std::string_view entity) {
  return std::string(kApi) + "/" + std::string(what) + "/" + std::string(text_of(state)) + "?entity=" + encoded(entity);
}

std::string register_path(bool is_forced) { return std::string(kApi) + "/servers" + (is_forced ? "?force=true" : ""); }

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
      return ErrorCode::kInvalidArgument;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kUnavailable;
  }
}

}  // namespace

std::string_view text_of(Switch state) { return state == Switch::kEnable ? "enable" : "disable"; }

AdminClient::AdminClient(HttpExchange& exchange, std::string_view base_url, Secret token)
    : exchange_(exchange), base_url_(base_url), token_(std::move(token)) {
  while (base_url_.ends_with('/'))
    base_url_.pop_back();
}

Result<HttpAnswer> AdminClient::send(std::string method, std::string path, std::string body, Seconds limit,
                                     Wording wording) {
  const HttpCall call{std::move(method), base_url_ + path, std::move(body), token_, limit};
  auto answer = exchange_.send(call);
  if (answer) return answer;
  std::string prefix = "failed to send request";
  if (wording == Wording::kWithUrl) prefix += " to " + call.url;
  if (wording == Wording::kInvoke) prefix = "request to server failed";
  Error error = with_context(answer.error(), prefix);
  if (error.code == ErrorCode::kUnavailable) {
    error.message += "; is the server running? Start it with 'mcpjungle start', or name another one with --registry";
  }
  return error;
}

Result<std::string> AdminClient::body_of(Result<HttpAnswer> answer) const {
  if (!answer) return answer.error();
  if (answer->status >= 200 && answer->status < 300) return std::move(answer->body);
  // Whatever stands between us and the gateway may repeat what it refuses.
  const Redactor redactor(std::span(&token_, 1));
  if (auto body = admin_api::parse_error_body(answer->body)) return Error{code_of(answer->status), body->error, {}};
  return Error{code_of(answer->status),
               "request failed with status: " + std::to_string(answer->status) +
                   ", message: " + shortened(trimmed(redactor.redacted(answer->body)), 2000),
               {}};
}

Result<std::string> AdminClient::get(std::string path, Seconds limit) {
  return body_of(send("GET", std::move(path), "", limit, Wording::kWithUrl));
}

Result<std::string> AdminClient::post(std::string path, std::string body, Seconds limit, Wording wording) {
  return body_of(send("POST", std::move(path), std::move(body), limit, wording));
}

Result<std::string> AdminClient::servers(Secrets secrets) {
  return get(list_path("servers", "") + (secrets == Secrets::kShown ? "?include_secrets=true" : ""));
}
Result<std::string> AdminClient::tools(std::string_view server) { return get(list_path("tools", server)); }
Result<std::string> AdminClient::prompts(std::string_view server) { return get(list_path("prompts", server)); }
Result<std::string> AdminClient::resources(std::string_view server) { return get(list_path("resources", server)); }
Result<std::string> AdminClient::tool(std::string_view name) {
  return get(std::string(kApi) + "/tool?name=" + encoded(name));
}
Result<std::string> AdminClient::metadata() { return get("/metadata", kVersionLimit); }

Result<std::string> AdminClient::resource(std::string_view uri) {
  return post(std::string(kApi) + "/resources/get", admin_api::render_resource_request(uri), kReadLimit,
              Wording::kPlain);
}

Result<OAuthAnswer> AdminClient::oauth_answer_of(Result<HttpAnswer> answer) const {
  if (answer && answer->status == 202) {
    auto required = admin_api::parse_authorization_required(answer->body);
    if (!required) return with_context(required.error(), "the answer is not understood");
    return OAuthAnswer(std::move(*required));
  }
  if (answer && answer->status == 400) {
    if (auto body = admin_api::parse_error_body(answer->body); body && body->code == admin_api::kOAuthRequiredCode) {
      return OAuthAnswer(RedirectUriWanted{body->error});
    }
  }
  auto body = body_of(std::move(answer));
  if (!body) return body.error();
  return OAuthAnswer(std::move(*body));
}

std::string AdminClient::register_url(bool is_forced) const { return base_url_ + register_path(is_forced); }

Result<OAuthAnswer> AdminClient::register_server(const admin_api::RegisterInput& input, bool is_forced) {
  return oauth_answer_of(send("POST", register_path(is_forced), render(input), kUpstreamLimit, Wording::kWithUrl));
}

Result<OAuthAnswer> AdminClient::authorize_server(std::string_view name, const admin_api::AuthorizeInput& input) {
  const std::string path = std::string(kApi) + "/servers/" + encoded(name) + "/authorize";
  return oauth_answer_of(send("POST", path, render(input), kUpstreamLimit, Wording::kWithUrl));
}

Result<std::string> AdminClient::complete_authorization(std::string_view session_id,
                                                        const admin_api::AuthorizationCompletion& completion) {
  const std::string path = std::string(kApi) + "/upstream_oauth/sessions/" + encoded(session_id) + "/complete";
  return post(path, render(completion), kUpstreamLimit, Wording::kWithUrl);
}

Result<std::string> AdminClient::refresh_server(std::string_view name) {
  const std::string path = std::string(kApi) + "/servers/" + encoded(name) + "/refresh";
  return post(path, "", kUpstreamLimit, Wording::kWithUrl);
}

Result<void> AdminClient::deregister_server(std::string_view name) {
  const std::string path = std::string(kApi) + "/servers/" + encoded(name);
  if (auto body = body_of(send("DELETE", path, "", kReadLimit, Wording::kWithUrl)); !body) return body.error();
  return {};
}

Result<std::string> AdminClient::invoke(std::string_view tool, std::string_view arguments_json) {
  auto request = admin_api::render_invoke_request(tool, arguments_json);
  if (!request) return with_context(request.error(), "invalid input");
  return post(std::string(kApi) + "/tools/invoke", std::move(*request), kUpstreamLimit, Wording::kInvoke);
}

Result<std::string> AdminClient::render_prompt(const admin_api::PromptRequest& request) {
  return post(std::string(kApi) + "/prompts/render", render(request), kUpstreamLimit, Wording::kPlain);
}

Result<std::string> AdminClient::read_resource(std::string_view uri) {
  return post(std::string(kApi) + "/resources/read", admin_api::render_resource_request(uri), kUpstreamLimit,
              Wording::kPlain);
}

Result<std::string> AdminClient::switch_tools(Switch state, std::string_view entity) {
  return post(switch_path("tools", state, entity), "", kReadLimit, Wording::kWithUrl);
}

Result<std::string> AdminClient::switch_prompts(Switch state, std::string_view entity) {
  return post(switch_path("prompts", state, entity), "", kReadLimit, Wording::kWithUrl);
}

Result<std::string> AdminClient::switch_server(Switch state, std::string_view name) {
  const std::string path = std::string(kApi) + "/servers/" + encoded(name) + "/" + std::string(text_of(state));
  return post(path, "", kReadLimit, Wording::kWithUrl);
}

}  // namespace jungle::cli

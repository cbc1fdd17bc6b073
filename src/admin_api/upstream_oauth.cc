#include "admin_api/upstream_oauth.h"

#include "admin_api/field_reader.h"
#include "admin_api/json.h"
#include "admin_api/object_writer.h"
#include "base/text.h"

namespace jungle::admin_api {

std::string render(const AuthorizationRequired& required) {
  ObjectWriter inner;
  inner.text("session_id", required.session_id).text("authorization_url", required.authorization_url);
  inner.text("expires_at", required.expires_at);
  ObjectWriter out;
  out.raw("authorization_required", inner.take());
  return out.take();
}

Result<AuthorizationRequired> parse_authorization_required(std::string_view json) {
  auto answer = parse_json(json, Trailing::kIgnore);
  if (!answer) return answer.error();
  const Json* inner = answer->find("authorization_required");
  if (!inner) return Error{ErrorCode::kInvalidArgument, "the answer has no 'authorization_required'", {}};
  AuthorizationRequired required;
  FieldReader reader(*inner, "AuthorizationRequired");
  reader.read("session_id", required.session_id)
      .read("authorization_url", required.authorization_url)
      .read("expires_at", required.expires_at);
  if (reader.error()) return *reader.error();
  if (required.session_id.empty() || required.authorization_url.empty()) {
    return Error{ErrorCode::kInvalidArgument, "the answer lacks 'session_id' or 'authorization_url'", {}};
  }
  return required;
}

std::string render(const AuthorizationCompletion& completion) {
  ObjectWriter out;
  out.text("code", completion.code.reveal()).text("state", completion.state);
  if (!completion.iss.empty()) out.text("iss", completion.iss);
  return out.take();
}

Result<AuthorizationCompletion> parse_authorization_completion(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  AuthorizationCompletion completion;
  FieldReader reader(*value, "CompleteUpstreamOAuthSessionInput");
  reader.read("code", completion.code).read("state", completion.state).read("iss", completion.iss);
  if (reader.error()) return *reader.error();
  return completion;
}

std::string render(const AuthorizeInput& input) {
  ObjectWriter out;
  if (!input.oauth_redirect_uri.empty()) out.text("oauth_redirect_uri", input.oauth_redirect_uri);
  return out.take();
}

Result<AuthorizeInput> parse_authorize_input(std::string_view json) {
  AuthorizeInput input;
  if (trimmed(json).empty()) return input;
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  FieldReader reader(*value, "AuthorizeServerInput");
  reader.read("oauth_redirect_uri", input.oauth_redirect_uri);
  if (reader.error()) return *reader.error();
  return input;
}

}  // namespace jungle::admin_api

// Authorizations of upstream servers: /api/v0/upstream_oauth, /api/v0/servers/:name/authorize, and who we are to
// others.
#include "admin_api/upstream_oauth.h"

#include <string>
#include <utility>

#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin/exposed_name.h"
#include "admin/server_mapping.h"
#include "admin_api/answers.h"
#include "admin_api/server_view.h"
#include "base/time_text.h"

namespace jungle::admin {
namespace {

// The text is MCPJungle's, line break included.
RestAnswer redirect_uri_required() {
  const admin_api::ErrorBody body{
      "upstream server requires OAuth authorization, but oauth_redirect_uri was not provided: invalid user input\n"
      "upstream OAuth authorization required",
      std::string(admin_api::kOAuthRequiredCode)};
  return json_answer(admin_api::render(body), 400);
}

RestAnswer authorization_required(const oauth::AuthorizationRequired& required) {
  admin_api::AuthorizationRequired body;
  body.session_id = required.session_id;
  body.authorization_url = required.authorization_url;
  body.expires_at = rfc3339(required.expires_at);
  return json_answer(admin_api::render(body), 202);
}

}  // namespace

RestAnswer AdminApi::registered(const Registered& registered) {
  switch (registered.kind) {
    case Registered::Kind::kRedirectUriRequired:
      return redirect_uri_required();
    case Registered::Kind::kAuthorizationRequired:
      return authorization_required(registered.required);
    case Registered::Kind::kDone:
      break;
  }
  const catalog::ServerEntry& server = *registered.entry;
  return json_answer(admin_api::render_registered(view_of(server, Secrets::kMasked), server.warnings),
                     registered.is_reauthorization ? 200 : 201);
}

Task<RestAnswer> AdminApi::authorize_server(const RestRequest& request) {
  std::string redirect_uri;
  if (!request.body.empty()) {
    auto input = admin_api::parse_authorize_input(request.body);
    if (!input) co_return failed(request, input.error());
    redirect_uri = std::move(input->oauth_redirect_uri);
  }
  const auto snapshot = catalog_.current();
  if (!snapshot->find_server(request.name)) co_return failed(request, server_not_found(*snapshot, request.name));
  catalog::ServerName name(request.name);
  auto authorized = co_await control_.authorize_server(std::move(name), std::move(redirect_uri));
  if (!authorized) co_return failed(request, authorized.error());
  co_return registered(*authorized);
}

Task<RestAnswer> AdminApi::complete_authorization(const RestRequest& request) {
  auto input = admin_api::parse_authorization_completion(request.body);
  if (!input) co_return failed(request, input.error());
  oauth::AuthorizationResponse response{std::move(input->code), std::move(input->state), std::move(input->iss)};
  auto completed = co_await control_.complete_authorization(request.name, std::move(response));
  if (!completed) co_return failed(request, completed.error());
  co_return registered(*completed);
}

// For authorization servers, which fetch it (OAuth Client ID Metadata Document).
Task<RestAnswer> AdminApi::client_metadata(const RestRequest&) {
  if (options_.client_metadata.empty())
    co_return plain_error(404, "no client metadata is published: MCPJUNGLE_PUBLIC_URL is not set");
  co_return json_answer(options_.client_metadata);
}

}  // namespace jungle::admin

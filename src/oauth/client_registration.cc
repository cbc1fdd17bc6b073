#include "oauth/client_registration.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "oauth/bearer_challenge.h"
#include "oauth/client_metadata_document.h"
#include "oauth/error_answer.h"
#include "oauth/peer_json.h"
#include "oauth/peer_words.h"

namespace jungle::oauth {
namespace {

namespace json = boost::json;

bool knows(const AuthorizationServer& server, ClientAuthMethod method) {
  const auto& methods = server.token_endpoint_auth_methods;
  return methods && std::find(methods->begin(), methods->end(), method) != methods->end();
}

// How a client with a secret proves itself: RFC 8414 §2 makes client_secret_basic the default.
ClientAuthMethod method_with_secret(const AuthorizationServer& server) {
  if (!server.token_endpoint_auth_methods || knows(server, ClientAuthMethod::kClientSecretBasic))
    return ClientAuthMethod::kClientSecretBasic;
  return ClientAuthMethod::kClientSecretPost;
}

// A public client if the server takes one: PKCE protects it, and there is no secret to lose.
ClientAuthMethod wanted_method(const Discovered& found) {
  if (found.profile.auth_method) return *found.profile.auth_method;
  if (!found.server.token_endpoint_auth_methods || knows(found.server, ClientAuthMethod::kNone))
    return ClientAuthMethod::kNone;
  return method_with_secret(found.server);
}

bool is_native(const std::string& redirect_uri) {
  const auto url = http::Url::parse(redirect_uri);
  return url && url->host_is_loopback();
}

// RFC 7591 §2. `application_type` is from OpenID Connect Dynamic Client Registration 1.0 §2; MCP 2026-07-28 wants it.
std::string registration_body(const ClientWish& wish, const std::string& client_name, ClientAuthMethod method) {
  json::object body;
  body["application_type"] = is_native(wish.redirect_uri) ? "native" : "web";
  body["client_name"] = client_name;
  body["grant_types"] = json::array{"authorization_code", "refresh_token"};
  body["redirect_uris"] = json::array{wish.redirect_uri};
  body["response_types"] = json::array{"code"};
  if (!wish.scopes.empty()) body["scope"] = joined_scopes(wish.scopes);
  body["token_endpoint_auth_method"] = text_of(method);
  return json::serialize(body);
}

std::string by_hand(const ClientWish& wish) {
  std::string text = "register an application there by hand with the redirect URI '" + wish.redirect_uri +
                     "', then retry with its oauth_client_id and oauth_client_secret in the MCP server configuration";
  const std::string& hint = wish.found.profile.registration_hint;
  return hint.empty() ? text : text + ". " + hint;
}

Error needs_client(const ClientWish& wish, const std::string& why) {
  return {ErrorCode::kInvalidArgument,
          "the authorization server '" + wish.found.server.issuer.str() + "' " + why + ": " + by_hand(wish),
          {}};
}

// Codes that blame the request that we made, not who we are (RFC 7591 §3.2.2).
Error refused(const ClientWish& wish, const FetchAnswer& answer) {
  if (answer.status == 403)
    return needs_client(wish, "does not support dynamic client registration for clients like this one (HTTP 403)");
  std::string why = "registration request failed with status " + std::to_string(answer.status);
  const std::string words = quotable(answer.body);
  if (!words.empty()) why += ": " + words;
  if (auto body = PeerJson::parse(answer.body)) {
    if (auto said = read_error_answer(*body)) why = std::move(said->words);
  }
  const bool is_temporary = answer.status >= 500 || answer.status == 429;
  return {is_temporary ? ErrorCode::kUnavailable : ErrorCode::kUpstreamRejected,
          "failed to dynamically register OAuth client: " + why +
              (is_temporary ? std::string() : ". If this stays so, " + by_hand(wish)),
          {}};
}

Error malformed(const std::string& why) {
  return {ErrorCode::kUpstreamRejected, "failed to dynamically register OAuth client: the answer " + why, {}};
}

// RFC 7591 §3.2.1: the server may have registered something else than it was asked for.
Result<RegisteredClient> read_registration(const ClientWish& wish, const FetchAnswer& answer, ClientAuthMethod asked) {
  auto body = PeerJson::parse(answer.body);
  if (!body) return malformed(body.error().message);
  RegisteredClient client;
  client.issuer = wish.found.server.issuer;
  client.redirect_uri = wish.redirect_uri;
  client.scopes = wish.scopes;
  client.identity.id = body->text("client_id").value_or("");
  client.identity.secret = Secret(body->text("client_secret").value_or(""));
  const auto method = body->text("token_endpoint_auth_method");
  client.identity.method = method ? parse_client_auth_method(*method).value_or(asked) : asked;
  const auto expires_at = body->number("client_secret_expires_at");
  if (body->fault()) return malformed("makes no sense: " + *body->fault());
  if (client.identity.id.empty()) return malformed("has no client_id");
  if (client.identity.secret.empty()) {
    client.identity.method = ClientAuthMethod::kNone;
  } else if (client.identity.method == ClientAuthMethod::kNone ||
             client.identity.method == ClientAuthMethod::kPrivateKeyJwt) {
    // Some servers say "none", hand out a secret, and then want to see it.
    client.identity.method = knows(wish.found.server, ClientAuthMethod::kClientSecretBasic)
                                 ? ClientAuthMethod::kClientSecretBasic
                                 : ClientAuthMethod::kClientSecretPost;
  }
  if (expires_at && *expires_at > 0 && !client.identity.secret.empty())
    client.secret_expires_at = SystemTime(Seconds(std::min(*expires_at, std::int64_t{1} << 33)));
  return client;
}

// Whether an earlier registration serves: its secret is valid, and no scope is wanted that was not registered.
bool serves(const RegisteredClient& client, const std::vector<std::string>& scopes, SystemTime now) {
  if (client.secret_expires_at && *client.secret_expires_at <= now) return false;
  if (client.scopes.empty()) return true;
  return std::all_of(scopes.begin(), scopes.end(), [&](const std::string& scope) {
    return std::find(client.scopes.begin(), client.scopes.end(), scope) != client.scopes.end();
  });
}

}  // namespace

ClientIdentity configured_client(const catalog::ServerSpec& spec, const AuthorizationServer& server) {
  ClientIdentity client{spec.oauth_client_id, ClientAuthMethod::kNone, spec.oauth_client_secret,
                        spec.oauth_client_private_key};
  if (!client.private_key.empty()) {
    client.method = ClientAuthMethod::kPrivateKeyJwt;
  } else if (!client.secret.empty()) {
    client.method = method_with_secret(server);
  }
  return client;
}

Task<Result<ClientIdentity>> ClientRegistration::identify(ClientWish wish) {
  const AuthorizationServer& server = wish.found.server;
  if (!wish.spec.oauth_client_id.empty()) co_return configured_client(wish.spec, server);
  if (wish.spec.oauth_grant == GrantKind::kClientCredentials) {
    co_return Error{ErrorCode::kInvalidArgument,
                    "oauth_grant client_credentials needs an oauth_client_id with an oauth_client_secret or an "
                    "oauth_client_private_key, as '" +
                        server.issuer.str() + "' gave them to you",
                    {}};
  }
  auto earlier = co_await repository_.find_client(server.issuer, wish.redirect_uri);
  if (!earlier) co_return earlier.error();
  if (*earlier && serves(**earlier, wish.scopes, time_.system_now())) co_return std::move((*earlier)->identity);
  const bool is_published =
      !options_.metadata_url.empty() && (!options_.metadata_is_ours || is_command_line_callback(wish.redirect_uri));
  if (server.takes_metadata_documents && is_published)
    co_return ClientIdentity{options_.metadata_url, ClientAuthMethod::kNone, Secret(), Secret()};
  if (server.registration_endpoint.empty())
    co_return needs_client(wish, "does not support dynamic client registration");
  co_return co_await register_dynamically(wish);
}

Task<Result<ClientIdentity>> ClientRegistration::register_dynamically(ClientWish wish) {
  auto url = http::Url::parse(wish.found.server.registration_endpoint);
  if (!url) co_return url.error();
  const ClientAuthMethod method = wanted_method(wish.found);
  std::string name = wish.found.profile.client_name;
  if (name.empty()) name = options_.client_name;
  if (name.empty()) name = "mcpjungle-" + wish.spec.name.str();
  FetchRequest request{.url = std::move(*url), .server_url = wish.spec.url, .method = "POST"};
  request.ca_file = wish.spec.ca_file;
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = registration_body(wish, name, method);
  auto answer = co_await fetcher_.fetch(std::move(request));
  if (!answer) co_return with_context(answer.error(), "failed to dynamically register OAuth client");
  if (answer->status != 200 && answer->status != 201) co_return refused(wish, *answer);
  auto client = read_registration(wish, *answer, method);
  if (!client) co_return client.error();
  ClientIdentity identity = client->identity;
  auto stored = co_await repository_.store_client(std::move(*client));
  if (!stored) co_return stored.error();
  co_return identity;
}

}  // namespace jungle::oauth

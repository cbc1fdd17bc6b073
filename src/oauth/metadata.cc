#include "oauth/metadata.h"

#include <algorithm>
#include <utility>

#include "oauth/bearer_challenge.h"
#include "oauth/limits.h"
#include "oauth/peer_json.h"
#include "oauth/peer_url.h"
#include "oauth/peer_words.h"

namespace jungle::oauth {
namespace {

Error malformed(std::string_view document, std::string_view why) {
  return Error{ErrorCode::kUpstreamRejected, std::string(document) + " " + std::string(why), {}};
}

constexpr std::string_view kResourceDocument = "the protected resource metadata";
constexpr std::string_view kServerDocument = "the authorization server metadata";

// The scopes among `texts`: a list that a peer made has no end of its own.
std::vector<std::string> scopes_of(const std::vector<std::string>& texts) { return parse_scopes(joined_scopes(texts)); }

std::optional<std::vector<ClientAuthMethod>> auth_methods(PeerJson& json) {
  constexpr std::string_view kMember = "token_endpoint_auth_methods_supported";
  if (!json.has(kMember)) return std::nullopt;
  std::vector<ClientAuthMethod> methods;
  for (const std::string& text : json.texts(kMember)) {
    if (const auto method = parse_client_auth_method(text)) methods.push_back(*method);
  }
  return methods;
}

// Reads an endpoint into `into`, if there is one.
Result<void> read_endpoint(PeerJson& json, std::string_view member, const http::Url& server, std::string& into) {
  auto text = json.text(member);
  if (!text) return {};
  auto url = parse_peer_url("its " + std::string(member), *text, server);
  if (!url) return with_context(url.error(), std::string(kServerDocument));
  into = std::move(*text);
  return {};
}

}  // namespace

Result<ProtectedResource> parse_protected_resource(std::string_view body, const http::Url& server) {
  auto json = PeerJson::parse(body);
  if (!json) return malformed(kResourceDocument, json.error().message);
  ProtectedResource out;
  out.resource = json->text("resource").value_or("");
  out.authorization_servers = json->texts("authorization_servers");
  out.scopes_supported = scopes_of(json->texts("scopes_supported"));
  if (json->fault()) return malformed(kResourceDocument, "makes no sense: " + *json->fault());
  if (out.resource.empty()) return malformed(kResourceDocument, "names no resource");
  const auto resource = http::Url::parse(out.resource);
  if (!resource || !covers(*resource, server)) {
    return malformed(kResourceDocument, "is about another resource: '" + quotable(out.resource) + "', not '" +
                                            server.origin() + std::string(server.path()) + "'");
  }
  if (out.authorization_servers.size() > kAuthorizationServersMax)
    out.authorization_servers.resize(kAuthorizationServersMax);
  for (const std::string& each : out.authorization_servers) {
    auto issuer = parse_issuer_url("its authorization server", each, server);
    if (!issuer) return with_context(issuer.error(), std::string(kResourceDocument));
  }
  return out;
}

Result<AuthorizationServer> parse_authorization_server(std::string_view body, std::span<const std::string> issuers,
                                                       const http::Url& server) {
  auto json = PeerJson::parse(body);
  if (!json) return malformed(kServerDocument, json.error().message);
  AuthorizationServer out;
  out.issuer = Issuer(json->text("issuer").value_or(""));
  out.scopes_supported = scopes_of(json->texts("scopes_supported"));
  out.token_endpoint_auth_methods = auth_methods(*json);
  if (json->has("code_challenge_methods_supported"))
    out.code_challenge_methods = json->texts("code_challenge_methods_supported");
  out.names_issuer = json->flag("authorization_response_iss_parameter_supported");
  out.takes_metadata_documents = json->flag("client_id_metadata_document_supported");
  const std::pair<std::string_view, std::string*> endpoints[] = {
      {"authorization_endpoint", &out.authorization_endpoint},
      {"token_endpoint", &out.token_endpoint},
      {"registration_endpoint", &out.registration_endpoint},
      {"revocation_endpoint", &out.revocation_endpoint}};
  for (const auto& [member, into] : endpoints) {
    if (auto read = read_endpoint(*json, member, server, *into); !read) return read.error();
  }
  if (json->fault()) return malformed(kServerDocument, "makes no sense: " + *json->fault());
  if (std::find(issuers.begin(), issuers.end(), out.issuer.str()) == issuers.end()) {
    return malformed(kServerDocument, "names the issuer '" + quotable(out.issuer.str()) + "', not '" +
                                          (issuers.empty() ? std::string() : issuers.front()) + "' (RFC 8414 §3.3)");
  }
  if (out.token_endpoint.empty()) return malformed(kServerDocument, "has no token_endpoint");
  return out;
}

}  // namespace jungle::oauth

#include "oauth/endpoint_finder.h"

#include <string>

namespace jungle::oauth {

Task<Result<Grant>> EndpointFinder::complete(Grant grant) {
  const auto spec = registered_(grant.server);
  if (!spec) co_return Error{ErrorCode::kNotFound, "the server is not registered", {}};
  auto url = http::Url::parse(spec->url);
  if (!url) co_return url.error();
  DiscoveryQuestion question{
      .server = std::move(*url), .challenge = {}, .issuer = spec->oauth_issuer, .ca_file = spec->ca_file};
  auto found = co_await discovery_.discover(std::move(question));
  if (!found) co_return found.error();
  if (!*found) co_return Error{ErrorCode::kNotFound, "the server publishes no metadata of one", {}};
  const Discovered& discovered = **found;
  grant.server_url = spec->url;
  grant.ca_file = spec->ca_file;
  grant.issuer = discovered.server.issuer;
  grant.token_endpoint = discovered.server.token_endpoint;
  grant.revocation_endpoint = discovered.server.revocation_endpoint;
  if (grant.resource.empty()) grant.resource = discovered.resource;
  co_return grant;
}

}  // namespace jungle::oauth

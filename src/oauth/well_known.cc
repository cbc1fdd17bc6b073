#include "oauth/well_known.h"

#include <string_view>

namespace jungle::oauth {
namespace {

constexpr std::string_view kOAuth = "/.well-known/oauth-authorization-server";
constexpr std::string_view kOpenId = "/.well-known/openid-configuration";
constexpr std::string_view kResource = "/.well-known/oauth-protected-resource";

std::string joined(const std::string& base, std::string_view suffix, const std::string& path) {
  return base + std::string(suffix) + path;
}

}  // namespace

std::string path_without_slash(const http::Url& url) {
  std::string_view path = url.path();
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return std::string(path);
}

std::string written_origin(const http::Url& url) { return std::string(url.scheme()) + "://" + url.authority(); }

std::vector<std::string> protected_resource_urls(const http::Url& server) {
  const std::string path = path_without_slash(server);
  std::vector<std::string> urls{joined(written_origin(server), kResource, path)};
  if (!path.empty()) urls.push_back(joined(written_origin(server), kResource, ""));
  return urls;
}

std::vector<std::string> authorization_server_urls(const http::Url& issuer) {
  const std::string base = written_origin(issuer);
  const std::string path = path_without_slash(issuer);
  std::vector<std::string> urls{joined(base, kOAuth, path), joined(base, kOpenId, path)};
  if (!path.empty()) urls.push_back(base + path + std::string(kOpenId));
  return urls;
}

std::vector<std::string> legacy_authorization_server_urls(const http::Url& server) {
  const std::string base = written_origin(server);
  const std::string path = path_without_slash(server);
  std::vector<std::string> urls{joined(base, kOAuth, ""), joined(base, kOpenId, "")};
  if (!path.empty()) urls.push_back(joined(base, kOAuth, path));
  return urls;
}

}  // namespace jungle::oauth

#include "oauth/peer_url.h"

#include <string>

#include "oauth/limits.h"
#include "oauth/peer_words.h"

namespace jungle::oauth {
namespace {

Error refused(std::string_view what, std::string_view text, std::string_view why) {
  return Error{ErrorCode::kPermissionDenied,
               std::string(what) + " '" + quotable(text) + "' is refused: " + std::string(why),
               {}};
}

}  // namespace

Result<http::Url> parse_peer_url(std::string_view what, std::string_view text, const http::Url& server) {
  if (text.size() > kPeerUrlBytesMax) return refused(what, text, "it is too long");
  auto url = http::Url::parse(text);
  if (!url) return refused(what, text, "it is not a valid https URL without user information");
  if (text.find('#') != std::string_view::npos) return refused(what, text, "it has a fragment");
  if (url->is_tls()) return url;
  if (!url->host_is_loopback() || !server.host_is_loopback())
    return refused(what, text, "it is not https (http is for servers on this machine)");
  return url;
}

Result<http::Url> parse_issuer_url(std::string_view what, std::string_view text, const http::Url& server) {
  auto url = parse_peer_url(what, text, server);
  if (url && text.find('?') != std::string_view::npos) return refused(what, text, "an issuer has no query");
  return url;
}

bool covers(const http::Url& resource, const http::Url& server) {
  if (resource.origin() != server.origin() || resource.str().find_first_of("?#") != std::string::npos) return false;
  std::string_view own = resource.path();
  if (own.ends_with('/')) own.remove_suffix(1);
  const std::string_view path = server.path();
  return path.starts_with(own) && (path.size() == own.size() || path[own.size()] == '/');
}

}  // namespace jungle::oauth

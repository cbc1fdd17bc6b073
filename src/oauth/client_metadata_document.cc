#include "oauth/client_metadata_document.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/url.h"

namespace jungle::oauth {
namespace {

constexpr const char* kCallbackPath = "/oauth/callback";

}  // namespace

std::string client_metadata_document(const std::string& url, const std::string& client_name) {
  const std::string path = kCallbackPath;
  boost::json::object document;
  document["client_id"] = url;
  document["client_name"] = client_name.empty() ? "MCPJungle" : client_name;
  document["application_type"] = "native";
  document["redirect_uris"] =
      boost::json::array{"http://127.0.0.1" + path, "http://localhost" + path, "http://[::1]" + path};
  document["grant_types"] = boost::json::array{"authorization_code", "refresh_token"};
  document["response_types"] = boost::json::array{"code"};
  document["token_endpoint_auth_method"] = "none";
  return boost::json::serialize(document);
}

bool is_command_line_callback(const std::string& redirect_uri) {
  const auto url = http::Url::parse(redirect_uri);
  return url && !url->is_tls() && url->host_is_loopback() && url->target() == kCallbackPath;
}

}  // namespace jungle::oauth

#include "app/oauth_config.h"

#include <utility>

#include "base/text.h"
#include "http/url.h"
#include "oauth/client_metadata_document.h"

namespace jungle::app {
namespace {

constexpr const char* kMetadataUrl = "MCPJUNGLE_OAUTH_CLIENT_METADATA_URL";
constexpr const char* kPublicUrl = "MCPJUNGLE_PUBLIC_URL";
constexpr const char* kClientName = "MCPJUNGLE_OAUTH_CLIENT_NAME";
constexpr const char* kProfiles = "MCPJUNGLE_OAUTH_PROFILES";

std::string value_of(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  return it == environment.end() ? std::string() : std::string(trimmed(it->second));
}

Error bad_value(const std::string& name, const std::string& text, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "invalid value for " + name + ": '" + text + "', " + why, {}};
}

// draft-ietf-oauth-client-id-metadata-document §3: https, with a path, without query and fragment.
Result<void> check_metadata_url(const std::string& text) {
  const auto url = http::Url::parse(text);
  const bool good = url && url->is_tls() && url->path().size() > 1 && text.find_first_of("?#") == std::string::npos;
  if (!good) return bad_value(kMetadataUrl, text, "must be a https URL with a path, without a query");
  return {};
}

// Where the gateway is reached from outside; its document lies below.
Result<std::string> own_metadata_url(std::string text) {
  const auto url = http::Url::parse(text);
  if (!url || !url->is_tls() || text.find_first_of("?#") != std::string::npos)
    return bad_value(kPublicUrl, text, "must be a https URL without a query");
  while (text.ends_with('/'))
    text.pop_back();
  return text + oauth::kClientMetadataPath;
}

Result<oauth::ProviderProfiles> profiles_from(const std::string& path, const FileAccess& files) {
  oauth::ProviderProfiles known = oauth::ProviderProfiles::built_in();
  if (path.empty()) return known;
  auto text = files.read(path);
  if (!text) return with_context(text.error(), kProfiles);
  auto own = oauth::ProviderProfiles::parse(*text);
  if (!own) return with_context(own.error(), std::string(kProfiles) + " " + path);
  return known.behind(std::move(*own));
}

}  // namespace

Result<OAuthConfig> oauth_from(const Environment& environment, const FileAccess& files) {
  OAuthConfig config;
  config.client.client_name = value_of(environment, kClientName);
  config.client.metadata_url = value_of(environment, kMetadataUrl);
  if (!config.client.metadata_url.empty()) {
    if (auto checked = check_metadata_url(config.client.metadata_url); !checked) return checked.error();
  }
  if (std::string text = value_of(environment, kPublicUrl); !text.empty()) {
    auto own = own_metadata_url(std::move(text));
    if (!own) return own.error();
    config.client_metadata = oauth::client_metadata_document(*own, config.client.client_name);
    if (config.client.metadata_url.empty()) {
      config.client.metadata_url = std::move(*own);
      config.client.metadata_is_ours = true;
    }
  }
  auto profiles = profiles_from(value_of(environment, kProfiles), files);
  if (!profiles) return profiles.error();
  config.profiles = std::move(*profiles);
  return config;
}

}  // namespace jungle::app

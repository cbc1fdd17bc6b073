#include "oauth/provider_profile.h"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/check.h"
#include "http/url.h"

namespace jungle::oauth {

// Written by the build from provider_profiles.json.
std::string_view built_in_profiles_text();

namespace {

namespace json = boost::json;

Error mistake(const std::string& where, std::string_view what) {
  return Error{ErrorCode::kInvalidArgument, where + " " + std::string(what), {}};
}

Result<void> read_text(const json::value& value, const std::string& where, std::string& into) {
  if (!value.is_string()) return mistake(where, "must be a string");
  into = std::string(value.get_string());
  return {};
}

Result<void> read_texts(const json::value& value, const std::string& where, std::vector<std::string>& into) {
  if (!value.is_array()) return mistake(where, "must be a list of strings");
  for (const json::value& each : value.get_array()) {
    if (!each.is_string()) return mistake(where, "must be a list of strings");
    into.emplace_back(each.get_string());
  }
  return {};
}

Result<void> read_prefix(const json::value& value, const std::string& where, std::string& into) {
  if (auto read = read_text(value, where, into); !read) return read;
  const bool good =
      into.size() > 1 && into.front() == '/' && into.back() != '/' && http::Url::parse("https://h" + into);
  if (!good) return mistake(where, "must be a path like /v1");
  return {};
}

Result<void> read_method(const json::value& value, const std::string& where, std::optional<ClientAuthMethod>& into) {
  std::string text;
  if (auto read = read_text(value, where, text); !read) return read;
  into = parse_client_auth_method(text);
  if (!into) return mistake(where, "must be none, client_secret_basic, client_secret_post or private_key_jwt");
  return {};
}

Result<void> read_flag(const json::value& value, const std::string& where, bool& into) {
  if (!value.is_bool()) return mistake(where, "must be true or false");
  into = value.get_bool();
  return {};
}

Result<void> read_member(std::string_view name, const json::value& value, const std::string& where,
                         ProviderProfile& profile) {
  if (name == "hosts") return read_texts(value, where, profile.hosts);
  if (name == "issuers") return read_texts(value, where, profile.issuers);
  if (name == "client_name") return read_text(value, where, profile.client_name);
  if (name == "scopes") return read_texts(value, where, profile.scopes);
  if (name == "endpoint_prefix") return read_prefix(value, where, profile.endpoint_prefix);
  if (name == "token_endpoint_auth_method") return read_method(value, where, profile.auth_method);
  if (name == "assume_s256") return read_flag(value, where, profile.assume_s256);
  if (name == "registration_hint") return read_text(value, where, profile.registration_hint);
  return mistake(where, "is not known");
}

Result<ProviderProfile> read_profile(const json::value& value, std::size_t number) {
  const std::string where = "provider profile " + std::to_string(number);
  if (!value.is_object()) return mistake(where, "must be an object");
  ProviderProfile profile;
  for (const auto& [name, member] : value.get_object()) {
    auto read = read_member(name, member, where + ", member '" + std::string(name) + "'", profile);
    if (!read) return read.error();
  }
  if (profile.hosts.empty()) return mistake(where, "names no hosts");
  return profile;
}

bool matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  return host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

}  // namespace

Result<ProviderProfiles> ProviderProfiles::parse(std::string_view text) {
  boost::system::error_code ec;
  const json::value value = json::parse(text, ec);
  const json::value* list = value.is_object() ? value.get_object().if_contains("profiles") : nullptr;
  if (ec || list == nullptr || !list->is_array())
    return mistake("provider profiles", "must be JSON of the form {\"profiles\": [...]}");
  ProviderProfiles out;
  for (const json::value& each : list->get_array()) {
    auto profile = read_profile(each, out.profiles_.size() + 1);
    if (!profile) return profile.error();
    out.profiles_.push_back(std::move(*profile));
  }
  return out;
}

ProviderProfiles ProviderProfiles::built_in() {
  auto profiles = parse(built_in_profiles_text());
  JUNGLE_CHECK(profiles.has_value());
  return std::move(*profiles);
}

ProviderProfiles ProviderProfiles::behind(ProviderProfiles first) const {
  first.profiles_.insert(first.profiles_.end(), profiles_.begin(), profiles_.end());
  return first;
}

const ProviderProfile* ProviderProfiles::find(std::string_view host) const {
  for (const ProviderProfile& profile : profiles_) {
    const bool knows = std::any_of(profile.hosts.begin(), profile.hosts.end(),
                                   [&](const std::string& pattern) { return matches(pattern, host); });
    if (knows) return &profile;
  }
  return nullptr;
}

ProviderProfile ProviderProfiles::of(std::string_view issuer_host, std::string_view server_host) const {
  if (const ProviderProfile* profile = find(issuer_host)) return *profile;
  const ProviderProfile* known = find(server_host);
  if (known == nullptr) return {};
  ProviderProfile profile = *known;
  profile.issuers.clear();
  profile.endpoint_prefix.clear();
  profile.assume_s256 = false;
  return profile;
}

std::string prefixed_endpoint(const ProviderProfile& profile, const std::string& endpoint) {
  const std::string& prefix = profile.endpoint_prefix;
  const auto url = http::Url::parse(endpoint);
  if (prefix.empty() || !url) return endpoint;
  const std::string_view path = url->path();
  if (path == prefix || path.starts_with(prefix + "/")) return endpoint;
  return std::string(url->scheme()) + "://" + url->authority() + prefix + url->target();
}

}  // namespace jungle::oauth

#include "catalog/server_secrets.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace jungle::catalog {
namespace {

// Calls `visit(field, secret)` with every secret that is set; it may replace it.
template <typename Spec, typename Visit>
void for_each_secret(Spec& spec, Visit visit) {
  if (!spec.bearer_token.empty()) visit("bearer_token", spec.bearer_token);
  for (auto& [name, value] : spec.headers)
    if (!value.empty()) visit("headers." + name, value);
  for (auto& [name, value] : spec.env)
    if (!value.empty()) visit("env." + name, value);
  if (!spec.oauth_client_secret.empty()) visit("oauth_client_secret", spec.oauth_client_secret);
  if (!spec.oauth_client_private_key.empty()) visit("oauth_client_private_key", spec.oauth_client_private_key);
}

// Calls `visit(name, value)` for each pair of a URL's query; a pair without `=` is a value without a name.
template <typename Visit>
void for_each_pair(std::string_view url, Visit visit) {
  const auto start = url.find('?');
  if (start == std::string_view::npos) return;
  std::string_view query = url.substr(start + 1, url.find('#', start) - start - 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const auto sign = pair.find('=');
    const bool has_name = sign != std::string_view::npos;
    visit(has_name ? pair.substr(0, sign + 1) : std::string_view(), has_name ? pair.substr(sign + 1) : pair);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
}

// "https://user:password@host/path" without what stands before the @.
std::string without_credentials(std::string_view url) {
  const auto scheme = url.find("://");
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority = url.substr(start, url.find_first_of("/?#", start) - start);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, start)).append(kMask).append(url.substr(start + at));
}

bool has_mask(std::string_view url) {
  bool found = false;
  for_each_pair(url, [&](std::string_view, std::string_view value) { found = found || value == kMask; });
  return found;
}

}  // namespace

Redactor redactor_of(const ServerSpec& spec) {
  std::vector<Secret> secrets;
  for_each_secret(spec, [&](const std::string&, const Secret& secret) { secrets.push_back(secret); });
  for_each_pair(spec.url, [&](std::string_view, std::string_view value) { secrets.emplace_back(std::string(value)); });
  return Redactor(secrets);
}

std::string masked_url(std::string_view url) {
  const auto query = url.find('?');
  std::string out = without_credentials(url.substr(0, query));
  if (query == std::string_view::npos) return out;
  char separator = '?';
  for_each_pair(url, [&](std::string_view name, std::string_view value) {
    out.append(1, std::exchange(separator, '&')).append(name);
    if (!value.empty()) out.append(kMask);
  });
  return out;
}

ServerSpec masked(ServerSpec spec) {
  for_each_secret(spec, [](const std::string&, Secret& secret) { secret = Secret(kMask); });
  spec.url = masked_url(spec.url);
  return spec;
}

Result<void> check_not_masked(const ServerSpec& spec) {
  std::string field = has_mask(spec.url) ? "url" : "";
  for_each_secret(spec, [&](const std::string& name, const Secret& secret) {
    if (field.empty() && secret.reveal() == kMask) field = name;
  });
  if (field.empty()) return {};
  return Error{ErrorCode::kInvalidArgument,
               "invalid " + field +
                   ": it is masked; read the configuration with include_secrets=true (--show-secrets), "
                   "or put the secret there: invalid user input",
               {}};
}

}  // namespace jungle::catalog

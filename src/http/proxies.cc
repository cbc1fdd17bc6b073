#include "http/proxies.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/percent_encoding.h"
#include "base/text.h"
#include "http/headers.h"

namespace jungle::http {
namespace {

constexpr std::uint16_t kDefaultPort = 80;

Error bad_proxy(const std::string& setting, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "invalid value for " + setting + ": " + why, {}};
}

// Nothing if the encoding is malformed, or for what no credential may hold.
std::optional<std::string> credential_text(std::string_view encoded) {
  auto text = percent_decoded(encoded, PlusSign::kIsItself);
  if (!text || !is_field_value(*text)) return std::nullopt;
  return text;
}

// RFC 7617.
std::optional<Secret> basic_credential(std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  const auto user = credential_text(user_info.substr(0, colon));
  const auto password = credential_text(user_info.substr(std::min(colon + 1, user_info.size())));
  if (!user || !password || user->find(':') != std::string::npos) return std::nullopt;
  return Secret("Basic " + base64_encode(*user + ":" + *password, Padding::kWith));
}

Result<std::optional<Proxy>> parse_proxy(const ProxySetting& setting) {
  std::string_view text = trimmed(setting.value);
  if (text.empty()) return std::optional<Proxy>();
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    if (!equals_ignoring_case(text.substr(0, scheme), "http"))
      return bad_proxy(setting.name, "only proxies that are reached by http:// are supported");
    text.remove_prefix(scheme + 3);
  }
  Proxy proxy;
  proxy.setting = setting.name;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    auto credential = basic_credential(text.substr(0, at));
    if (!credential) return bad_proxy(setting.name, "its user or password is not percent-encoded as in a URL");
    proxy.credential = std::move(*credential);
    text.remove_prefix(at + 1);
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto url = Url::parse("http://" + std::string(text));
  if (!url || text.find_first_of("/?#") != std::string_view::npos)
    return bad_proxy(setting.name, "it must be http://[user:password@]host[:port]");
  proxy.host = url->host();
  proxy.port = url->port();
  proxy.authority = url->authority();
  if (proxy.port == kDefaultPort && !proxy.authority.ends_with(":80")) proxy.authority += ":80";
  return std::optional<Proxy>(std::move(proxy));
}

// Takes ":443" off the end of an entry; leaves addresses of IPv6 alone, but for brackets.
std::uint16_t take_port(std::string_view& entry) {
  const auto colon = entry.rfind(':');
  const bool has_one_colon = colon != std::string_view::npos && entry.find(':') == colon;
  const bool is_behind_bracket = colon != std::string_view::npos && colon > 0 && entry[colon - 1] == ']';
  std::uint16_t port = 0;
  if (has_one_colon || is_behind_bracket) {
    const std::string_view digits = entry.substr(colon + 1);
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec == std::errc() && end == digits.data() + digits.size()) entry = entry.substr(0, colon);
  }
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  return port;
}

std::string_view without_final_dot(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return host;
}

}  // namespace

Result<Proxies> Proxies::create(const ProxySettings& settings) {
  Proxies proxies;
  auto https = parse_proxy(settings.https);
  if (!https) return https.error();
  proxies.https_ = std::move(*https);
  auto http = parse_proxy(settings.http);
  if (!http) return http.error();
  proxies.http_ = std::move(*http);
  for (const std::string& list : split(settings.except, ',')) {
    for (const std::string& entry : split(list, ' '))
      proxies.add_exception(trimmed(entry));
  }
  return proxies;
}

// What is no host is no exception either: other programs read the same variable, and some know more forms.
void Proxies::add_exception(std::string_view entry) {
  if (entry.empty()) return;
  if (entry == "*") {
    none_ = true;
    return;
  }
  Exception exception;
  exception.port = take_port(entry);
  exception.network = AddressNetwork::parse(entry);
  if (!exception.network) {
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    exception.below_only = entry.starts_with('.');
    if (exception.below_only) entry.remove_prefix(1);
    exception.name = ascii_lower(without_final_dot(entry));
    if (exception.name.empty()) return;
  }
  exceptions_.push_back(std::move(exception));
}

bool Proxies::covers(const Exception& exception, const Url& url) {
  if (exception.port != 0 && exception.port != url.port()) return false;
  const std::string_view host = without_final_dot(url.host());
  if (exception.network) {
    const auto address = numeric_address(host);
    return address && exception.network->contains(*address);
  }
  if (host == exception.name) return !exception.below_only;
  return host.size() > exception.name.size() && host.ends_with(exception.name) &&
         host[host.size() - exception.name.size() - 1] == '.';
}

const Proxy* Proxies::proxy_for(const Url& url) const {
  const std::optional<Proxy>& proxy = url.is_tls() ? https_ : http_;
  if (!proxy || none_) return nullptr;
  const auto address = numeric_address(url.host());
  if (is_loopback_host(url.host()) || (address && scope_of(*address) == AddressScope::kLoopback)) return nullptr;
  const bool is_excepted = std::any_of(exceptions_.begin(), exceptions_.end(),
                                       [&](const Exception& exception) { return covers(exception, url); });
  return is_excepted ? nullptr : &*proxy;
}

}  // namespace jungle::http

#include "app/proxy_config.h"

#include "base/text.h"

namespace jungle::app {
namespace {

http::ProxySetting setting_of(const Environment& environment, const std::string& name) {
  for (const std::string& spelling : {name, ascii_lower(name)}) {
    const auto it = environment.find(spelling);
    if (it != environment.end() && !trimmed(it->second).empty()) return {spelling, it->second};
  }
  return {name, std::string()};
}

}  // namespace

Result<http::Proxies> proxies_from(const Environment& environment) {
  const http::ProxySettings settings{setting_of(environment, "HTTPS_PROXY"), setting_of(environment, "HTTP_PROXY"),
                                     setting_of(environment, "NO_PROXY").value};
  return http::Proxies::create(settings);
}

std::vector<std::string> proxy_lines(const http::Proxies& proxies) {
  std::vector<std::string> lines;
  if (proxies.https()) lines.push_back("[server] https servers are reached through " + proxies.https()->description());
  if (proxies.http()) lines.push_back("[server] http servers are reached through " + proxies.http()->description());
  return lines;
}

}  // namespace jungle::app

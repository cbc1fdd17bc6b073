// URLs, Host and Origin: what is accepted is safe to write into a head, and means the same when it is read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/headers.h"
#include "http/host_check.h"
#include "http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto base = Url::parse("http://a:1/b/c?d");
  for (const auto& url : {Url::parse(text), base->resolve(text)}) {
    if (!url) continue;
    if (url->host().empty() || url->port() == 0 || url->target().front() != '/') std::abort();
    if (!is_field_value(url->authority()) || url->target().find_first_of(" \t\r\n#") != std::string::npos) std::abort();
    const auto again = Url::parse(url->origin() + url->target());
    if (!again || again->host() != url->host() || again->port() != url->port() || again->target() != url->target())
      std::abort();
  }
  const HostPolicy policy;
  const auto host = host_of_authority(text);
  if (host && host->find(':') == std::string::npos && host_of_authority(*host) != host) std::abort();
  // On loopback nothing but loopback passes.
  if (check_host(policy, text) && !is_loopback_host(*host) && !host->ends_with(".localhost")) std::abort();
  if (check_origin(policy, text, "localhost") && text.find("://") == std::string_view::npos) std::abort();
  list_contains(text, "close");
  return 0;
}

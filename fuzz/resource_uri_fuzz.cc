// Exposed URIs: one spelling per resource, and everything exposed is read back.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "catalog/names.h"

using jungle::catalog::ExposedUri;
using jungle::catalog::ServerName;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto uri = jungle::catalog::parse_exposed_uri(text)) {
    const bool is_resource = uri->kind == ExposedUri::Kind::kResource;
    JUNGLE_CHECK(text == (is_resource ? jungle::catalog::exposed_uri_of(uri->server, uri->own_uri)
                                      : jungle::catalog::exposed_template_of(uri->server, uri->own_uri)));
  }
  if (!text.empty()) {
    const ServerName server("s-1");
    const auto again = jungle::catalog::parse_exposed_uri(jungle::catalog::exposed_uri_of(server, text));
    JUNGLE_CHECK(again && again->server == server && again->own_uri == text);
  }
  (void)jungle::catalog::check_url(text);
  return 0;
}

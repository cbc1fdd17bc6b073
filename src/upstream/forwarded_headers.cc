#include "upstream/forwarded_headers.h"

#include <algorithm>

#include "base/text.h"
#include "http/headers.h"

namespace jungle::upstream {
namespace {

bool ends_here(std::string_view name, std::span<const HeaderField> client) {
  return std::any_of(client.begin(), client.end(), [&](const HeaderField& field) {
    return equals_ignoring_case(field.name, "connection") && http::list_contains(field.value, name);
  });
}

}  // namespace

HttpEndpoint::Fields forwarded_headers(const std::vector<std::pair<std::string, std::string>>& rules,
                                       std::span<const HeaderField> client) {
  HttpEndpoint::Fields passing;
  for (const auto& [name, sent_as] : rules) {
    if (ends_here(name, client)) continue;
    for (const HeaderField& field : client) {
      const std::string_view value = trimmed(field.value);
      if (value.empty() || !equals_ignoring_case(field.name, name) || !http::is_field_value(value)) continue;
      passing.emplace_back(sent_as, Secret(std::string(value)));
    }
  }
  return passing;
}

std::shared_ptr<const HttpEndpoint> endpoint_for_call(const HttpEndpoint& endpoint, const catalog::ServerSpec& spec,
                                                      std::span<const HeaderField> client) {
  if (spec.forward_headers.empty()) return nullptr;
  const HttpEndpoint::Fields passing = forwarded_headers(spec.forward_headers, client);
  return passing.empty() ? nullptr : std::make_shared<const HttpEndpoint>(endpoint.with(passing));
}

}  // namespace jungle::upstream

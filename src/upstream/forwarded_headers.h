// What of a client's HTTP request its server may see.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/header_field.h"
#include "upstream/http_endpoint.h"

namespace jungle::upstream {

// The fields of `client` that `rules` (catalog::ServerSpec::forward_headers) let pass, under the names that those give.
// Empty ones count as not sent, and so do those that the client's Connection field names: they end at the gateway
// (RFC 9110 §7.6.1). Pure.
HttpEndpoint::Fields forwarded_headers(const std::vector<std::pair<std::string, std::string>>& rules,
                                       std::span<const HeaderField> client);

// `endpoint` for one call, with what of its client passes; null if nothing does.
std::shared_ptr<const HttpEndpoint> endpoint_for_call(const HttpEndpoint& endpoint, const catalog::ServerSpec& spec,
                                                      std::span<const HeaderField> client);

}  // namespace jungle::upstream

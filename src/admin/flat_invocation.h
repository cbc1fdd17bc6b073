// The flat object of POST /api/v0/tools/invoke.
#pragma once

#include <string>
#include <string_view>

#include "admin_api/calls.h"
#include "base/result.h"

namespace jungle::admin {

// Parts the tool's name from its arguments. `name` is cut out of the text and every other byte stays, so numbers keep
// their spelling and large arguments are not rebuilt. Texts that this cannot read at a glance (trailing bytes, a key
// that stands twice, mistakes) are read by admin_api::parse_invoke_request(), whose errors these are.
Result<admin_api::InvokeRequest> read_flat_invocation(std::string_view body);

}  // namespace jungle::admin

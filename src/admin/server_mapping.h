// Servers between the REST API's types and the catalog's.
#pragma once

#include <cstdint>

#include "admin_api/register_input.h"
#include "admin_api/server_view.h"
#include "base/result.h"
#include "catalog/entry.h"
#include "catalog/server_spec.h"

namespace jungle::admin {

// What a person asked to register, as a checked spec. kInvalidArgument with MCPJungle's texts, in its order: transport,
// session mode, then what catalog::validate() checks.
Result<catalog::ServerSpec> spec_of(const admin_api::RegisterInput& input);

// Whether an answer has the secrets of a server, or a mask in their place.
enum class Secrets : std::uint8_t { kMasked, kShown };

admin_api::ServerView view_of(const catalog::ServerEntry& server, Secrets secrets);

// The input that would register the same server. One with masks is refused by spec_of().
admin_api::RegisterInput input_of(const catalog::ServerSpec& spec, Secrets secrets);

}  // namespace jungle::admin

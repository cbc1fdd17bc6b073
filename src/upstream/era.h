// How a server is spoken to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "catalog/server_spec.h"
#include "mcp/response.h"
#include "mcp/revision.h"

namespace jungle::upstream {

enum class Era : std::uint8_t { kUnknown, kLegacy, kModern };

// What is known before anybody asked: what the operator said, else the revision of the last listing ("" if none).
Era known_era(const catalog::ServerSpec& spec, std::string_view last_revision);

// Whether that may turn out to be another one: servers of HTTP+SSE are legacy, as that transport is.
bool may_change_era(const catalog::ServerSpec& spec);

// What an answer to a modern request says about its server (MCP 2026-07-28 basic/versioning "Backward Compatibility").
// `response` is the JSON-RPC answer to `server/discover`. A result that names a version of ours, or an error that only
// a modern server gives, means modern; a result or error that offers legacy revisions only, and any other error,
// legacy.
Era era_of_discover_answer(const mcp::Response& response);

// The `code` of a JSON-RPC error object; 0 if it has none.
int error_code_of(const mcp::Response& response);
// Whether it is UnsupportedProtocolVersion and yet offers the modern revision that we speak: asked again, the server
// may take it (MCP 2026-07-28 basic/versioning).
bool offers_our_revision(const mcp::Response& response);
// Whether a raw array of revisions (`data.supported`, `supportedVersions`) names a modern one.
bool names_modern_revision(std::string_view raw_array);

// Whether a legacy server's answer shows that it is modern by now: codes that only modern servers use.
bool looks_modern(const mcp::Response& response);

}  // namespace jungle::upstream

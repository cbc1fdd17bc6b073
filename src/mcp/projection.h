// The same answer in another era's words.
#pragma once

#include <string>
#include <string_view>

#include "mcp/request.h"
#include "mcp/response.h"
#include "mcp/revision.h"

namespace jungle::mcp {

// What a modern client gets of a result in legacy form: members to put in front of those that the result has. The
// result itself stays as it is (MCP 2026-07-28 basic "Responses", server/utilities/caching).
//
// `server_info` is our own serverInfo as raw JSON; it goes into results that have no `_meta` at all, which is most.
// Returns text such as `"resultType":"complete",`; it ends in a comma unless the result is empty.
std::string modern_members(Method method, std::string_view legacy_result, std::string_view server_info);

// A result in modern form for a modern client: the upstream's own hop field (`serverInfo` in `_meta`) is replaced by
// ours. Returned as it is if it has none.
Response with_own_server_info(Response modern_result, std::string_view server_info);

// A result in modern form for a legacy client: without `resultType`, `ttlMs`, `cacheScope` and the hop fields of
// `_meta`.
Response to_legacy(Response modern_result);

// An error for a client of `revision`: "resource not found" has a code of its own up to 2025-11-25 (-32002) and is
// -32602 with data.uri since; codes that only the other era, or a newer revision, knows are not shown.
Response error_for(Response error, Revision revision);

// Whether the `data` of a JSON-RPC error object has a `uri`: what "resource not found" looks like since 2026-07-28.
bool names_a_uri(std::string_view error_object);

// The `code` of a JSON-RPC error object; kInternalError if it has none that is an integer.
int code_of(std::string_view error_object);

}  // namespace jungle::mcp

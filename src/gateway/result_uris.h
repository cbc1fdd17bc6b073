// Our URIs in results.
#pragma once

#include <string_view>

#include "catalog/ids.h"
#include "mcp/response.h"

namespace jungle::gateway {

// The result of a server with the resource URIs that a client may ask us for put into their exposed form. A result
// without such URIs is returned as it is, without a copy; JSON-RPC errors are never touched.

// tools/call: `content[].uri` of resource links, `content[].resource.uri` of embedded resources, and `_meta.ui` (MCP
// Apps). https: URIs stay: the client can fetch them without us (MCP 2026-07-28 server/resources).
mcp::Response with_exposed_content_uris(mcp::Response response, const catalog::ServerName& server);
// prompts/get: the same in `messages[].content`.
mcp::Response with_exposed_message_uris(mcp::Response response, const catalog::ServerName& server);
// resources/read: `contents[].uri`. An item that names the URI that was asked for gets `asked`, the very text of the
// request; others get their exposed form.
mcp::Response with_exposed_contents_uris(mcp::Response response, const catalog::ServerName& server,
                                         std::string_view own_uri, std::string_view asked);
// tasks/get: those of tools/call in `result`, which a task has when it is done.
mcp::Response with_exposed_task_uris(mcp::Response response, const catalog::ServerName& server);

}  // namespace jungle::gateway
